"""python -m komet_shop.sandboxes.komet"""

from komet_shop.sandboxes.komet.program import main

main()

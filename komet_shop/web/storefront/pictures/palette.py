"""Colour names of the flower trade, and the tones and backdrops they are painted with."""

from dataclasses import dataclass

Backdrop = tuple[str, str]

CREAM: Backdrop = ("#fbf5ea", "#ead9c2")
SAGE: Backdrop = ("#c3d2c4", "#8fa894")
MIST: Backdrop = ("#e9eff2", "#c0ced8")
BLUSH: Backdrop = ("#fbefec", "#e9cdc9")
LILAC: Backdrop = ("#f3eef7", "#d3c8e0")
PINE: Backdrop = ("#a9c0b6", "#75948a")


@dataclass(frozen=True)
class Tones:
    """One colour as paint: from the shaded base of a petal (`deep`) to its lit `rim`."""

    deep: str
    mid: str
    light: str
    rim: str
    backdrop: Backdrop = CREAM


COLOURS: dict[str, Tones] = {
    "red": Tones("#76081a", "#c0152b", "#dc3442", "#f0686c"),
    "white": Tones("#a9b3a0", "#e6eadf", "#f8f9f4", "#ffffff", PINE),
    "ivory": Tones("#c3ab78", "#efe0bb", "#faf2dc", "#fffbf2", SAGE),
    "hot pink": Tones("#8f0d4b", "#d92175", "#ef5398", "#fb92c0", BLUSH),
    "light pink": Tones("#cb7389", "#f0aabb", "#f8ccd4", "#fee9ec", SAGE),
    "yellow": Tones("#c97f04", "#f4bb17", "#fbd649", "#fdec9c", MIST),
    "bicolor yellow red": Tones("#d08408", "#f6c124", "#fad34c", "#d3262b", MIST),
    "bicolor orange": Tones("#d97a1f", "#f5a548", "#f9b865", "#d8371f", MIST),
    "orange": Tones("#ad3d08", "#eb6e1b", "#f68f3e", "#fbbb80", MIST),
    "peach": Tones("#cc7651", "#f3ac84", "#f9c8a8", "#fee5d3", SAGE),
    "lavender": Tones("#7a5c9e", "#b094cb", "#cbb4df", "#e8dcf2", CREAM),
    "bicolor lavender": Tones("#ab8cc0", "#dac6e5", "#e2d0ea", "#7a2680", CREAM),
    "taupe": Tones("#8a6853", "#c4a48d", "#dac2ae", "#efe3d7", MIST),
    "brown": Tones("#55301f", "#8c5236", "#b07551", "#d0a280", CREAM),
    "green": Tones("#557f2b", "#9cc052", "#bfd97d", "#e2efb8", CREAM),
    "blush": Tones("#c88977", "#eebdab", "#f7d7ca", "#fdeee7", SAGE),
    "mauve": Tones("#824a67", "#b8839d", "#d0a6bb", "#ead2de", CREAM),
    "bicolor pink": Tones("#de9bae", "#f8d8e0", "#fbe6ea", "#d02a70", SAGE),
    "bicolor purple": Tones("#b896c4", "#ebdaf0", "#f2e7f5", "#712489", SAGE),
    "burgundy": Tones("#360611", "#6d1226", "#93263c", "#b95466", BLUSH),
    "purple": Tones("#3d1563", "#6d309d", "#9055bf", "#bd92de", LILAC),
    "blue": Tones("#202f76", "#415bba", "#6a84da", "#a6b8f0", CREAM),
    "light blue": Tones("#6189bb", "#9dc0e4", "#bfd8f0", "#e2f0fb", CREAM),
    "bronze": Tones("#7b3a0c", "#b8671d", "#d58a3a", "#ebb66f", MIST),
    "black": Tones("#0d060a", "#2a131e", "#4b2738", "#7b4c60", CREAM),
    "clear": Tones("#86a5b1", "#bfd5dd", "#dcebf0", "#f6fbfd", MIST),
    "silver": Tones("#6f7881", "#a9b2bb", "#d0d7dd", "#f4f6f8", MIST),
}

# Growers' lists spell these shades in many ways; each is painted as its nearest neighbour.
NEAREST = {
    "pink": "light pink",
    "cream": "ivory",
    "champagne": "ivory",
    "fuchsia": "hot pink",
    "magenta": "hot pink",
    "coral": "peach",
    "salmon": "peach",
    "apricot": "peach",
    "gold": "yellow",
    "lilac": "lavender",
    "gray": "silver",
    "grey": "silver",
}


def tones_for(colour: str) -> Tones:
    """The paint for a colour name in lower case; blush for one nobody has heard of."""
    return COLOURS.get(NEAREST.get(colour, colour), COLOURS["blush"])


LEAF = Tones("#2f5a34", "#4f8148", "#74a461", "#a2c787")
EUCALYPTUS = Tones("#4d7368", "#7d9f92", "#a3bfb2", "#cbdcd2")
SEA_HOLLY = Tones("#5f8a88", "#b9d6d2", "#dcece8", "#f3faf8")

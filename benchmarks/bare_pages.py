"""Statements and templates of the bare application, and the tables of its own."""

TABLES = """
CREATE SCHEMA bare;
CREATE TABLE bare.cart_line (
    buyer bigint, line bigint, boxes integer NOT NULL, PRIMARY KEY (buyer, line)
);
CREATE TABLE bare.orders (
    id bigserial PRIMARY KEY, buyer bigint NOT NULL, total_cents bigint NOT NULL,
    paid_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE bare.order_line (
    order_id bigint REFERENCES bare.orders, line bigint, boxes integer, PRIMARY KEY (order_id, line)
);
"""

_OFFERS = """
SELECT line.public_id, product.public_id, variety, grade, grower, box_type, unit_type,
       price_e4 / 10000 || '.' || lpad((price_e4 %% 10000)::text, 4, '0'),
       boxes_available - boxes_reserved
FROM inventory_line line JOIN product ON product.id = product_id
WHERE location_id = %(place)s AND line.active AND product.active
  AND available_from <= %(day)s AND available_to >= %(day)s
  AND boxes_available > boxes_reserved
"""
_FIRST_48 = "ORDER BY sort_name, line.id LIMIT 48"

LISTING = _OFFERS + _FIRST_48
SEARCH = _OFFERS + "AND lower(search_text) LIKE %(words)s " + _FIRST_48
PRODUCT = _OFFERS + "AND product.public_id = %(product)s ORDER BY price_e4, line.id"
ADD = """
INSERT INTO bare.cart_line SELECT %(buyer)s, id, %(boxes)s FROM inventory_line
WHERE public_id = %(line)s
ON CONFLICT (buyer, line) DO UPDATE SET boxes = cart_line.boxes + excluded.boxes RETURNING boxes
"""
CART = """
SELECT variety, grade, boxes, (boxes * units_per_box::bigint * price_e4 + 50) / 100
FROM bare.cart_line JOIN inventory_line line ON line.id = cart_line.line
JOIN product ON product.id = product_id WHERE buyer = %(buyer)s ORDER BY line.id
"""
CHECK_OUT = """
WITH gone AS (DELETE FROM bare.cart_line WHERE buyer = %(buyer)s RETURNING line, boxes),
     made AS (INSERT INTO bare.orders (buyer, total_cents) VALUES (%(buyer)s, %(cents)s)
              RETURNING id),
     kept AS (INSERT INTO bare.order_line SELECT made.id, gone.line, gone.boxes FROM made, gone)
SELECT id FROM made
"""
PAID = "SELECT id, total_cents FROM bare.orders WHERE id = %(order)s"
ORDERS = """
SELECT public_id, ship_date, state, total_cents FROM "order"
WHERE customer_id = %(customer)s AND state <> 'draft' ORDER BY id DESC LIMIT 25
"""

_HEAD = "<!doctype html><html lang=en><title>Flowers</title><h1>Flowers</h1>"
_OFFER_ROW = """
<li><a href="/products/{{ row[1] }}">{{ row[2] }} {{ row[3] }}</a> {{ row[4] }}, {{ row[5] }},
${{ row[7] }} a {{ row[6] }}, {{ row[8] }} left
<form method=post action="/cart"><input type=hidden name=line value="{{ row[0] }}">
<input name=quantity value=1><button>Add</button></form>
"""
LISTING_PAGE = _HEAD + "<ul>{% for row in rows %}" + _OFFER_ROW + "{% endfor %}</ul>"
PRODUCT_PAGE = LISTING_PAGE
CART_PAGE = (
    _HEAD + "<ul>{% for row in rows %}<li>{{ row[2] }} boxes of {{ row[0] }} {{ row[1] }}: "
    "{{ row[3] }} cents{% endfor %}</ul><p>{{ cents }} cents"
    "<form method=post><input name=card_token><input name=reference><button>Pay</button></form>"
)
PAID_PAGE = (
    _HEAD + "{% for row in rows %}<p>Paid: order {{ row[0] }}, {{ row[1] }} cents{% endfor %}"
)
ORDERS_PAGE = (
    _HEAD + "<table>{% for row in rows %}<tr><th>{{ row[0] }}<td>{{ row[1] }}<td>{{ row[2] }}"
    "<td>{{ row[3] }}{% endfor %}</table>"
)

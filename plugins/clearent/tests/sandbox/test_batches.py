"""The open batch and its close."""


def test_no_batch_is_open_before_the_first_sale(shop):
    shop.charge("auth")

    assert shop.call("GET", "/batches/open").status == 204


def test_the_six_totals_count_what_moved_and_was_not_voided(shop):
    shop.charge(amount="60.00")
    sold = shop.charge(amount="40.00").id
    shop.follow("refund", sold, amount="10.00")
    shop.follow("void", shop.charge(amount="5.00").id)

    batch = shop.call("GET", "/batches/open").body["payload"]["batch"]

    assert [batch[name] for name in ("sales-count", "sales-total")] == ["2", "100.00"]
    assert [batch[name] for name in ("refund-count", "refund-total")] == ["1", "10.00"]
    assert [batch[name] for name in ("net-amount", "total-count")] == ["90.00", "3"]


def test_closing_settles_and_ends_voids(shop):
    sold = shop.charge().id

    closed = shop.call("PUT", "/batches/open", {})
    late_void = shop.follow("void", sold)
    refund = shop.follow("refund", sold, amount="5.00")

    assert closed.body["payload"]["batch"]["status"] == "CLOSED"
    assert shop.search(id=sold).found[0]["settled"] == "true"
    assert (late_void.code, refund.transaction["batch-string-id"]) == ("027", "166")


def test_expected_totals_must_be_right(shop):
    shop.charge(amount="60.00")

    wrong = shop.call("PUT", "/batches/open", {"total-count": "1", "net-amount": "61.00"})
    right = shop.call("PUT", "/batches/open", {"total-count": "1", "net-amount": "60.00"})

    assert [(wrong.status, wrong.code), right.status] == [(402, "039"), 200]


def test_closing_needs_a_body(shop):
    shop.charge()

    assert shop.call("PUT", "/batches/open").code == "088"


def test_each_terminal_has_a_batch_of_its_own(shop):
    shop.charge()

    assert shop.call("GET", "/batches/open", account=1).status == 204

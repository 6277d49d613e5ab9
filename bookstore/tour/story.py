"""The story, step by step: each function is a step, its name the heading, its docstring what a reader of it learns."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from bookstore.tour.stage import App, Deviation, Person, Stage

SELLER = "lamplight-books"
COPIES = 2
ENOUGH = 3  # two for the reader, one for the guest
ADDRESS = {
    "line1": "12 Harbour Street",
    "postal_code": "20457",
    "city": "Hamburg",
    "country": "DE",
}


# ---- a reader comes ------------------------------------------------------------------------------------------


def reader_signs_up(stage: Stage) -> None:
    """The answer is the same whether or not the shop knows the address, so that nobody can find out who reads here.
    A six-digit code goes to the address by mail."""
    sign_up(stage.reader)


def reader_types_the_code_from_the_mail(stage: Stage) -> None:
    """The code is good for 15 minutes and five tries. The answer signs the reader in: `access` goes into the
    Authorization header of every request, `refresh` into the device's safe storage. The mail has a link, too, for
    whoever reads it on another device."""
    verify(stage, stage.reader)


def reader_looks_at_the_profile(stage: Stage) -> None:
    """The access token says who asks."""
    stage.reader.app.get("/me/").says("email", stage.reader.email)


def app_renews_its_tokens(stage: Stage) -> None:
    """An access token lives for 15 minutes; then the API answers 401 token_expired, and the refresh token buys a new
    pair. It works once: used a second time, it ends the session, because then two have it. Keep the new one before
    anything else, and refresh from one place only."""
    app = stage.reader.app
    app.keep(app.post("/auth/refresh/", {"refresh": app.refresh}))
    app.get("/me/", quietly=True)


# ---- a book is found and bought ------------------------------------------------------------------------------


def reader_searches(stage: Stage) -> None:
    """`q` takes words of title, people, series or blurb, or an ISBN in any spelling; filters narrow it down. For
    endless scrolling send `next_cursor` back as `cursor`. Nobody has to be signed in."""
    query = {"q": "the", "seller": SELLER, "availability": "in_stock", "format": "paperback", "page_size": 20}
    books = stage.new_app().get("/books/", query)["results"]
    stage.book, stage.isbn, stage.offer = choose(stage, books)


def reader_opens_a_book(stage: Stage) -> None:
    """A book is the work; its editions have the ISBNs, and each edition has offers, the best one first. What goes into
    a cart is an offer. An app that keeps the answer asks again with its ETag: 304 while nothing has changed."""
    path = f"/books/{stage.book}/"
    etag = stage.new_app().get(path).headers["ETag"]
    stage.new_app().get(path, status=304, If_None_Match=etag)


def app_without_a_user_fills_a_cart(stage: Stage) -> None:
    """Nobody has to sign in to fill a cart. The first answer has an X-Cart-Token; the app keeps it and sends it along
    from then on. (The reader has a second device here, on which nobody is signed in yet.) Every change answers the
    whole cart. `problems` lists what would be refused at checkout: copies that are gone, prices that have changed."""
    stage.reader.app = app = stage.new_app()
    app.post("/cart/items/", {"offer": stage.offer, "quantity": COPIES}, status=(200, 201))
    if not app.cart_token:
        raise Deviation("POST /cart/items/ answered no X-Cart-Token.")
    app.get("/cart/")


def reader_logs_in_and_keeps_the_cart(stage: Stage) -> None:
    """Sent along at login, the guest's cart becomes the reader's; the app can forget the token."""
    log_in(stage.reader, device_name="Second device")
    stage.reader.app.get("/cart/").says("items.0.quantity", COPIES)


def reader_wants_one_copy_less(stage: Stage) -> None:
    """PATCH sets the quantity, and accepts the price of today where it has changed. With If-Match only the cart that
    the reader saw is changed: after a change on another device the answer is 412 changed_meanwhile."""
    app = stage.reader.app
    seen = app.get("/cart/", quietly=True)
    path = f"/cart/items/{seen['items.0.id']}/"
    app.ask("PATCH", path, {"quantity": COPIES - 1}, If_Match=seen.headers["ETag"]).says("items.0.quantity", COPIES - 1)
    late = {"If_Match": seen.headers["ETag"], "status": 412, "code": "changed_meanwhile"}
    app.ask("PATCH", path, {"quantity": COPIES}, **late)


def reader_asks_what_it_will_cost(stage: Stage) -> None:
    """A quote holds nothing; it says how the books can come, when, and what that costs. Asked again with the way that
    the reader chose, its totals are what is to be paid."""
    app, address = stage.reader.app, address_of(stage.reader)
    stage.shipping_method = app.post("/checkout/quote/", {"shipping_address": address})["shipping_methods.0.id"]
    app.post("/checkout/quote/", {"shipping_address": address, "shipping_method": stage.shipping_method})


def reader_checks_out(stage: Stage) -> None:
    """From here on the copies are held until `payment.expires_at`. There is one purchase to pay, and in it one order
    for each seller. The Idempotency-Key makes it safe to ask again when an answer got lost: make one for each press of
    the button, and the same answer comes once more, with nothing bought twice."""
    key, wanted = str(uuid4()), checkout(stage, stage.reader)
    first = stage.reader.app.post("/checkout/", wanted, status=201, Idempotency_Key=key)
    again = stage.reader.app.post("/checkout/", wanted, status=201, Idempotency_Key=key)
    again.says("id", first["id"])
    if again.headers.get("Idempotent-Replayed") != "true":
        raise Deviation("The second POST /checkout/ with the same key was not a replay.")
    stage.purchase, stage.order, stage.payment = first["id"], first["orders.0.id"], first["payment.id"]


def reader_pays(stage: Stage) -> None:
    """The built-in test provider fails or pays, as it is told; after a failure the reader may try again while the
    copies are held. A real one has its own page or widget, for which `payment` has what it needs."""
    app, path = stage.reader.app, f"/payments/{stage.payment}/simulate/"
    app.post(path, {"outcome": "fail"}).says("status", "failed")
    app.post(path, {"outcome": "succeed"}).says("status", "succeeded")


def reader_looks_at_the_purchase(stage: Stage) -> None:
    """A real provider's word may take a moment to arrive: look again until the purchase is paid. A mail confirms it."""
    app, path = stage.reader.app, f"/purchases/{stage.purchase}/"
    stage.eventually(lambda: app.get(path, quietly=True), "status", "paid")
    number = app.get(path)["number"]
    app.get(f"/orders/{stage.order}/").says("status", "paid")
    stage.mail_to(stage.reader, f"({number})")


# ---- the seller ----------------------------------------------------------------------------------------------


def seller_logs_in(stage: Stage) -> None:
    """Sellers are people like others; what they may do follows from the organization they belong to."""
    log_in(stage.seller, device_name="Shop counter")


def seller_offers_a_book(stage: Stage) -> None:
    """The ISBN in any spelling says which edition; the rest is the seller's own. PATCH changes an offer, DELETE
    withdraws it."""
    price = {"amount": "6.50", "currency": "EUR"}
    said = {"isbn": stage.isbn, "condition": "very_good", "price": price, "quantity": 1, "notes": "Read once."}
    offer = stage.seller.app.post("/offers/", said, status=201)["id"]
    stage.seller.app.ask("DELETE", f"/offers/{offer}/", status=204)


def seller_sees_what_to_pack(stage: Stage) -> None:
    """The orders of the seller's organization, and of no other, once they are paid."""
    orders = stage.seller.app.get("/orders/", {"seller": SELLER, "status": "paid"})["results"]
    if stage.order not in [order["id"] for order in orders]:
        raise Deviation(f"GET /orders/?seller={SELLER}&status=paid does not list the order {stage.order}.")


def seller_ships_the_order(stage: Stage) -> None:
    """An order goes along its states and never back: pending_payment, paid, processing, shipped, delivered. The reader
    gets a mail with the tracking number."""
    stage.tracking_number = f"TOUR{uuid4().int % 10**10:010}"
    said = {"carrier": "DHL", "tracking_number": stage.tracking_number}
    stage.seller.app.post(f"/orders/{stage.order}/ship/", said).says("status", "shipped")


def seller_marks_it_delivered(stage: Stage) -> None:
    """A step that is not in the plan is refused with 409 illegal_transition: what is delivered cannot be shipped."""
    stage.seller.app.post(f"/orders/{stage.order}/deliver/").says("status", "delivered")
    said = {"carrier": "DHL", "tracking_number": stage.tracking_number}
    stage.seller.app.post(f"/orders/{stage.order}/ship/", said, status=409, code="illegal_transition")


def reader_follows_the_order(stage: Stage) -> None:
    """The order's history says what happened, when, and who did it."""
    stage.mail_to(stage.reader, f"({stage.tracking_number})")
    stage.reader.app.get(f"/orders/{stage.order}/events/")


# ---- reviews -------------------------------------------------------------------------------------------------


def reader_reviews_the_book(stage: Stage) -> None:
    """One review for each reader and book; `verified_purchase` says that the reader bought it here."""
    said = {"rating": 4, "title": "Read in one night", "text": "I meant to read one chapter."}
    answer = stage.reader.app.post(f"/books/{stage.book}/reviews/", said, status=201)
    answer.says("verified_purchase", True)
    stage.review = answer["id"]


def reader_changes_the_review(stage: Stage) -> None:
    """Only what is sent changes, and the book's rating is right at once."""
    stage.reader.app.ask("PATCH", f"/reviews/{stage.review}/", {"rating": 5}).says("rating", 5)
    rating = stage.new_app().get(f"/books/{stage.book}/", quietly=True)["rating"]
    stage.page.note(f"The book is now rated {rating['average']}, by {rating['count']}.")


def second_reader_sees_nothing_of_the_first(stage: Stage) -> None:
    """What you may not see does not exist: 404, not 403."""
    sign_up(stage.second_reader, quietly=True)
    verify(stage, stage.second_reader, quietly=True)
    app = stage.second_reader.app
    app.get(f"/orders/{stage.order}/", status=404, code="not_found")
    app.ask("PATCH", f"/reviews/{stage.review}/", {"rating": 1}, status=404, code="not_found")


def second_reader_reviews_the_book_too(stage: Stage) -> None:
    """Everybody who signed in may review; without a purchase it says so. A second review is refused."""
    app, path = stage.second_reader.app, f"/books/{stage.book}/reviews/"
    app.post(path, {"rating": 2}, status=201).says("verified_purchase", False)
    app.post(path, {"rating": 3}, status=409, code="already_reviewed")
    stage.new_app().get(path, {"sort": "newest"})


# ---- a guest -------------------------------------------------------------------------------------------------


def guest_buys_without_an_account(stage: Stage) -> None:
    """An address for mails is all that a guest gives besides where the books go. The link in the mail has a token that
    opens the purchase and its orders, on any device; the same is in the answer. Without it they do not exist."""
    app = stage.guest.app
    app.post("/cart/items/", {"offer": stage.offer, "quantity": 1}, status=(200, 201))
    wanted = {**checkout(stage, stage.guest), "email": stage.guest.email}
    bought = app.post("/checkout/", wanted, status=201, Idempotency_Key=str(uuid4()))
    app.post(f"/payments/{bought['payment.id']}/simulate/", {"outcome": "succeed"})
    token, order = stage.mail_to(stage.guest, r"\?token=(\S+)"), f"/orders/{bought['orders.0.id']}/"
    stage.new_app().get(order, {"token": token}).says("status", "paid")
    stage.new_app().get(order, status=404, code="not_found")


# ---- goodbye -------------------------------------------------------------------------------------------------


def reader_logs_out(stage: Stage) -> None:
    """Both tokens of the session are dead from the moment of the answer, everywhere. Other devices stay signed in;
    /auth/logout-all/ ends them too."""
    app = stage.reader.app
    app.post("/auth/logout/", status=204)
    app.get("/me/", status=401, code="session_ended")
    app.post("/auth/refresh/", {"refresh": app.refresh}, status=401, code="session_ended")


# ---- what steps share ----------------------------------------------------------------------------------------


def sign_up(person: Person, *, quietly: bool = False) -> None:
    said = {"email": person.email, "password": person.password}
    names = {"first_name": person.first_name, "last_name": person.last_name}
    person.app.post("/auth/signup/", {**said, **names}, status=202, quietly=quietly).says("email", person.email)


def verify(stage: Stage, person: Person, *, quietly: bool = False) -> None:
    said = {"email": person.email, "code": stage.code_for(person)}
    person.app.keep(person.app.post("/auth/verify-email/", said, quietly=quietly))


def log_in(person: Person, *, device_name: str) -> None:
    said = {"email": person.email, "password": person.password, "device_name": device_name}
    person.app.keep(person.app.post("/auth/login/", said))


def address_of(person: Person) -> dict[str, str]:
    return {"first_name": person.first_name, "last_name": person.last_name, **ADDRESS}


def checkout(stage: Stage, person: Person) -> dict[str, Any]:
    method = {"shipping_method": stage.shipping_method, "payment_method": "test"}
    return {"shipping_address": address_of(person), **method}


def choose(stage: Stage, books: list[Any]) -> tuple[str, str, str]:
    """A book, an ISBN of it, and an offer of the demo's seller with enough copies of that."""
    app: App = stage.new_app()
    for found in books:
        for edition in app.get(f"/books/{found['id']}/", quietly=True)["editions"]:
            for offer in edition["offers"]:
                sold_here = offer["seller"]["slug"] == SELLER and offer["quantity"] >= ENOUGH
                if sold_here and edition["isbn"] and edition["format"] == "paperback":
                    return found["id"], edition["isbn"], offer["id"]
    raise Deviation(f"None of the books found has {ENOUGH} copies from {SELLER}. The tour needs the demo's data.")


STORY: dict[str, list[Callable[[Stage], None]]] = {
    "A reader comes": [
        reader_signs_up,
        reader_types_the_code_from_the_mail,
        reader_looks_at_the_profile,
        app_renews_its_tokens,
    ],
    "A book is found and bought": [
        reader_searches,
        reader_opens_a_book,
        app_without_a_user_fills_a_cart,
        reader_logs_in_and_keeps_the_cart,
        reader_wants_one_copy_less,
        reader_asks_what_it_will_cost,
        reader_checks_out,
        reader_pays,
        reader_looks_at_the_purchase,
    ],
    "The seller": [
        seller_logs_in,
        seller_offers_a_book,
        seller_sees_what_to_pack,
        seller_ships_the_order,
        seller_marks_it_delivered,
        reader_follows_the_order,
    ],
    "Reviews": [
        reader_reviews_the_book,
        reader_changes_the_review,
        second_reader_sees_nothing_of_the_first,
        second_reader_reviews_the_book_too,
    ],
    "A guest": [guest_buys_without_an_account],
    "Goodbye": [reader_logs_out],
}

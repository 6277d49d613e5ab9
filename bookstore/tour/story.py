"""The story, step by step: each function is a step, its name the heading, its docstring what a reader of it learns."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from bookstore.tour.stage import App, Deviation, Person, Stage

SELLER = "lamplight-books"
COPIES = 2
ENOUGH = 3  # two for the reader, one for the guest
ADDRESS = {
    "first_name": "Rosa",
    "last_name": "Ramirez",
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
    Authorization header of every request, `refresh` into the device's safe storage."""
    verify(stage, stage.reader)


def reader_looks_at_the_profile(stage: Stage) -> None:
    """The access token says who asks."""
    stage.reader.app.get("/me/").says("email", stage.reader.email)


def app_renews_its_tokens(stage: Stage) -> None:
    """An access token lives for 15 minutes. A refresh token works once and is answered with a new pair; used a second
    time, it ends the session, because then two have it."""
    app = stage.reader.app
    app.keep(app.post("/auth/refresh/", {"refresh": app.refresh}))
    app.get("/me/", quietly=True)


# ---- a book is found and bought ------------------------------------------------------------------------------


def reader_searches(stage: Stage) -> None:
    """Words of title, people, series or blurb, or an ISBN in any spelling; filters narrow it down."""
    query = {"q": "the", "seller": SELLER, "availability": "in_stock", "format": "paperback", "page_size": 20}
    books = stage.new_app().get("/books/", query)["results"]
    stage.book, stage.isbn, stage.offer = choose(stage, books)


def reader_opens_a_book(stage: Stage) -> None:
    """A book is the work; its editions have the ISBNs, and each edition has offers, the best one first."""
    stage.new_app().get(f"/books/{stage.book}/")


def app_without_a_user_fills_a_cart(stage: Stage) -> None:
    """Nobody has to sign in to fill a cart. The first answer has an X-Cart-Token; the app sends it along from then
    on. (The reader has a second device here, on which nobody is signed in yet.)"""
    stage.reader.app = app = stage.new_app()
    app.post("/cart/items/", {"offer": stage.offer, "quantity": COPIES}, status=(200, 201))
    if not app.cart_token:
        raise Deviation("POST /cart/items/ answered no X-Cart-Token.")
    app.get("/cart/")


def reader_logs_in_and_keeps_the_cart(stage: Stage) -> None:
    """Sent along at login, the guest's cart becomes the reader's."""
    log_in(stage.reader, device_name="Second device")
    stage.reader.app.get("/cart/").says("items.0.quantity", COPIES)


def reader_asks_what_it_will_cost(stage: Stage) -> None:
    """A quote holds nothing and promises nothing; it says how the books can come, and all that is to be paid."""
    answer = stage.reader.app.post("/checkout/quote/", {"shipping_address": ADDRESS})
    stage.shipping_method = answer["shipping_methods.0.id"]


def reader_checks_out(stage: Stage) -> None:
    """From here on the copies are held until they are paid for or the time is over. There is one purchase to pay, and
    in it one order for each seller. The Idempotency-Key makes it safe to ask again when an answer got lost: the same
    answer comes once more, and nothing is bought twice."""
    key, wanted = str(uuid4()), checkout(stage)
    first = stage.reader.app.post("/checkout/", wanted, status=201, Idempotency_Key=key)
    again = stage.reader.app.post("/checkout/", wanted, status=201, Idempotency_Key=key)
    again.says("id", first["id"])
    if again.headers.get("Idempotent-Replayed") != "true":
        raise Deviation("The second POST /checkout/ with the same key was not a replay.")
    stage.purchase, stage.order, stage.payment = first["id"], first["orders.0.id"], first["payment.id"]


def reader_pays(stage: Stage) -> None:
    """The built-in test provider pays, or fails, as it is told. A real one has its own page or widget, for which
    `payment` has what it needs."""
    stage.reader.app.post(f"/payments/{stage.payment}/simulate/", {"outcome": "succeed"}, status=(200, 202, 204))


def reader_looks_at_the_purchase(stage: Stage) -> None:
    """The payment's word may take a moment to arrive: look again until the order is paid."""
    app, path = stage.reader.app, f"/purchases/{stage.purchase}/"
    stage.eventually(lambda: app.get(path, quietly=True), "orders.0.status", "paid")
    app.get(path)
    app.get(f"/orders/{stage.order}/").says("status", "paid")


# ---- the seller ----------------------------------------------------------------------------------------------


def seller_logs_in(stage: Stage) -> None:
    """Sellers are people like others; what they may do follows from the organization they belong to."""
    log_in(stage.seller, device_name="Shop counter")


def seller_offers_a_book(stage: Stage) -> None:
    """The ISBN in any spelling says which edition; the rest is the seller's own."""
    price = {"amount": "6.50", "currency": "EUR"}
    said = {"isbn": stage.isbn, "condition": "very_good", "price": price, "quantity": 1, "notes": "Read once."}
    offer = stage.seller.app.post("/offers/", said, status=201)["id"]
    stage.seller.app.ask("DELETE", f"/offers/{offer}/", status=(200, 204), quietly=True)  # the demo stays as it was


def seller_sees_what_to_pack(stage: Stage) -> None:
    """The orders of the seller's organization, and of no other."""
    orders = stage.seller.app.get("/orders/", {"seller": SELLER})["results"]
    if stage.order not in [order["id"] for order in orders]:
        raise Deviation(f"GET /orders/?seller={SELLER} does not list the order {stage.order}.")


def seller_ships_the_order(stage: Stage) -> None:
    """An order goes along its states and never back: pending_payment, paid, processing, shipped, delivered."""
    stage.tracking_number = f"TOUR{uuid4().int % 10**10:010}"
    said = {"carrier": "DHL", "tracking_number": stage.tracking_number}
    stage.seller.app.post(f"/orders/{stage.order}/ship/", said).says("status", "shipped")


def seller_marks_it_delivered(stage: Stage) -> None:
    """A step that is not in the plan is refused with 409 illegal_transition: what is delivered cannot be shipped."""
    stage.seller.app.post(f"/orders/{stage.order}/deliver/").says("status", "delivered")
    said = {"carrier": "DHL", "tracking_number": stage.tracking_number}
    stage.seller.app.post(f"/orders/{stage.order}/ship/", said, status=409, code="illegal_transition")


def reader_follows_the_order(stage: Stage) -> None:
    """A mail told the tracking number, and the order's history says what happened when."""
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
    stage.page.note(f"The book now has {rating['count']} rating(s), {rating['average']} on average.")


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
    """An address for mails is all a guest has to give. The order is read with the token of the answer, which is in
    the mail too."""
    app = stage.guest.app
    app.post("/cart/items/", {"offer": stage.offer, "quantity": 1}, status=(200, 201))
    quote = app.post("/checkout/quote/", {"shipping_address": ADDRESS}, quietly=True)
    stage.shipping_method = quote["shipping_methods.0.id"]
    wanted = {**checkout(stage), "email": stage.guest.email}
    bought = app.post("/checkout/", wanted, status=201, Idempotency_Key=str(uuid4()))
    app.post(f"/payments/{bought['payment.id']}/simulate/", {"outcome": "succeed"}, status=(200, 202, 204))
    order, stranger = f"/orders/{bought['orders.0.id']}/", stage.new_app()
    with_token = {"token": bought["token"]}
    stage.eventually(lambda: stranger.get(order, with_token, quietly=True), "status", "paid")
    stranger.get(order, with_token)
    stranger.get(order, status=(401, 404))


# ---- goodbye -------------------------------------------------------------------------------------------------


def reader_logs_out(stage: Stage) -> None:
    """Both tokens of the session are dead from the moment of the answer, everywhere."""
    app = stage.reader.app
    app.post("/auth/logout/", status=204)
    app.get("/me/", status=401)
    app.post("/auth/refresh/", {"refresh": app.refresh}, status=401)


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


def checkout(stage: Stage) -> dict[str, Any]:
    return {"shipping_address": ADDRESS, "shipping_method": stage.shipping_method, "payment_method": "test"}


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

"""Small ONIX messages for tests: one product, and whatever a test wants different about it."""

from pathlib import Path

from catalog.imports.onix.runs import import_onix
from catalog.imports.report import Report

NAMESPACE = "http://ns.editeur.org/onix/3.1/reference"
ISBN = "9780306406157"


def message(*products: str, sender: str = "Quay House", release: str = "3.1", header: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ONIXMessage release="{release}" xmlns="{NAMESPACE}">\n'
        f"<Header><Sender><SenderName>{sender}</SenderName></Sender>{header}</Header>\n"
        + "\n".join(products)
        + "\n</ONIXMessage>\n"
    )


def product(
    reference: str = "quay.1",
    *,
    isbn: str = ISBN,
    title: str = "The Dispossessed",
    notification: str = "03",
    detail: str = "",
    collateral: str = "",
    publishing: str = "",
    related: str = "",
    supply: str | None = None,
    form: str = "BC",
) -> str:
    number = f"<ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>{isbn}</IDValue></ProductIdentifier>"
    return f"""<Product><RecordReference>{reference}</RecordReference>
<NotificationType>{notification}</NotificationType>{number if isbn else ""}
<DescriptiveDetail><ProductComposition>00</ProductComposition><ProductForm>{form}</ProductForm>
<TitleDetail><TitleType>01</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel>
<TitleText>{title}</TitleText></TitleElement></TitleDetail>{detail}</DescriptiveDetail>
<CollateralDetail>{collateral}</CollateralDetail>
<PublishingDetail>{publishing}</PublishingDetail>
<RelatedMaterial>{related}</RelatedMaterial>
{supplied() if supply is None else supply}</Product>"""


def supplied(availability: str = "20", prices: str = "", *, market: str = "", details: str = "") -> str:
    return (
        f"<ProductSupply>{market}<SupplyDetail><Supplier><SupplierRole>01</SupplierRole></Supplier>"
        f"<ProductAvailability>{availability}</ProductAvailability>{details}{prices}</SupplyDetail></ProductSupply>"
    )


def price(amount: str = "12.90", currency: str = "EUR", kind: str = "02", more: str = "", before: str = "") -> str:
    return (
        f"<Price><PriceType>{kind}</PriceType>{before}<PriceAmount>{amount}</PriceAmount>"
        f"<CurrencyCode>{currency}</CurrencyCode>{more}</Price>"
    )


def period(first: str, last: str = "") -> str:
    until = f'<PriceDate><PriceDateRole>15</PriceDateRole><Date dateformat="00">{last}</Date></PriceDate>'
    return (
        f'<PriceDate><PriceDateRole>14</PriceDateRole><Date dateformat="00">{first}</Date></PriceDate>'
        f"{until if last else ''}"
    )


def dated(role: str, day: str) -> str:
    return (
        f"<PublishingDate><PublishingDateRole>{role}</PublishingDateRole>"
        f'<Date dateformat="00">{day.replace("-", "")}</Date></PublishingDate>'
    )


def take_onix(folder: Path, *products: str, raw: bytes | None = None, name: str = "m.xml", **options) -> Report:
    """Import a message of these products, or these bytes."""
    path = folder / name
    path.write_bytes(message(*products).encode() if raw is None else raw)
    [report] = import_onix(str(path), report_to=folder / "report.csv", **options)
    return report

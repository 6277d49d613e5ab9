"""How fast ONIX comes in and goes out, and how much memory that takes.

    .venv/bin/python -m benchmarks.onix --products 20000
    .venv/bin/python -m benchmarks.onix --megabytes 1000 --keep /tmp/large.xml

It makes a shop of its own in var/benchmark-onix, writes a message of made-up products (about 11 kB each, as rich as
trade records are), and measures the import, the same import again, a change of every price, and an export. Reading
alone is the limit that no database can slow down. Memory and processor time are those of all processes that take part.
"""

import argparse
import contextlib
import os
import random
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
WORDS = [
    "harbour", "winter", "glass", "orchard", "letter", "silence", "river", "island", "garden", "mirror", "salt",
    "northern", "engine", "archive", "moon", "window", "stranger", "bridge", "thousand", "paper", "autumn",
    "kingdom", "lantern", "shadow", "summer", "iron", "library", "forest", "sister", "horizon", "station",
    "violet", "compass", "distant", "history", "marble", "secret", "ocean", "desert", "signal",
]  # fmt: skip
NAMES = [
    "Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Ken", "Dennis", "Margaret", "John", "Frances",
    "Niklaus", "Kathleen", "Tony", "Radia", "Leslie", "Adele", "Robin", "Shafi", "Silvio", "Manuel", "Juris",
]  # fmt: skip
FAMILIES = [
    "Keller", "Okafor", "Lindqvist", "Moreau", "Tanaka", "Petrov", "Silva", "Novak", "Haugen", "Rossi",
    "Brandt", "Kowalski", "Virtanen", "Dubois", "Fernandez", "Yilmaz", "Larsen", "Ivanova", "Schmidt", "Jansen",
    "Costa", "Nguyen",
]  # fmt: skip
THEMA = ["FBA", "FFP", "FL", "FM", "FRD", "DNB", "NHD", "JBSF", "WBA", "YFB", "1DNS", "1DFG", "3MPQS", "5AC"]
BISAC = ["FIC022000", "FIC019000", "BIO000000", "HIS010000", "CKB000000", "JUV001000"]
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<ONIXMessage release="3.1" xmlns="http://ns.editeur.org/onix/3.1/reference">
<Header><Sender><SenderName>Benchmark House</SenderName></Sender><SentDateTime>20261101T0900Z</SentDateTime></Header>
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--megabytes", type=int, help="as many products as make a file of this size")
    parser.add_argument("--keep", type=Path, help="where to leave the message, and take it from when it is there")
    parser.add_argument("--data-dir", type=Path, default=ROOT / "var" / "benchmark-onix")
    parser.add_argument("--step", choices=["read", "import", "export"], help=argparse.SUPPRESS)
    return parser.parse_args()


# ---- the message -----------------------------------------------------------------------------------------------


def write_message(path: Path, products: int, megabytes: int | None, cents: int = 0) -> int:
    """Write made-up products, and return how many."""
    chance, number = random.Random(1), 0
    with open(path, "w", encoding="utf-8") as out:
        out.write(HEAD)
        while number < products if megabytes is None else out.tell() < megabytes * 1_000_000:
            out.write(product(chance, number, cents))
            number += 1
        out.write("</ONIXMessage>\n")
    return number


def isbn(number: int) -> str:
    digits = f"97890{number:07}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def sentence(chance: random.Random, length: int) -> str:
    return " ".join(chance.choices(WORDS, k=length)).capitalize() + "."


def paragraphs(chance: random.Random, count: int) -> str:
    return "".join(f"<p>{' '.join(sentence(chance, 12) for _ in range(8))}</p>" for _ in range(count))


def product(chance: random.Random, number: int, cents: int) -> str:
    return "\n".join(
        ["<Product>", *identity(number), *descriptive(chance), *collateral(chance, number), *publishing(chance),
         *supply(chance, cents), "</Product>\n"]
    )  # fmt: skip


def identity(number: int) -> Iterator[str]:
    yield f"<RecordReference>com.example.{number}</RecordReference><NotificationType>03</NotificationType>"
    for kind in ("03", "15"):
        yield (f"<ProductIdentifier><ProductIDType>{kind}</ProductIDType><IDValue>{isbn(number)}</IDValue>"
               "</ProductIdentifier>")  # fmt: skip


def descriptive(chance: random.Random) -> Iterator[str]:
    yield "<DescriptiveDetail><ProductComposition>00</ProductComposition><ProductForm>BC</ProductForm>"
    yield "<ProductFormDetail>B105</ProductFormDetail>"
    for kind, size, unit in (("01", 197, "mm"), ("02", 130, "mm"), ("03", 18, "mm"), ("08", 195, "gr")):
        yield (f"<Measure><MeasureType>{kind}</MeasureType><Measurement>{size}</Measurement>"
               f"<MeasureUnitCode>{unit}</MeasureUnitCode></Measure>")  # fmt: skip
    yield "<TitleDetail><TitleType>01</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel>"
    yield f"<TitlePrefix>The</TitlePrefix><TitleWithoutPrefix>{sentence(chance, 3)[:-1]}</TitleWithoutPrefix>"
    yield f"<Subtitle>{sentence(chance, 5)[:-1]}</Subtitle></TitleElement></TitleDetail>"
    for place, role in enumerate(("A01", "A01", "B06"), start=1):
        yield from contributor(chance, place, role)
    yield "<Language><LanguageRole>01</LanguageRole><LanguageCode>eng</LanguageCode></Language>"
    yield f"<Extent><ExtentType>00</ExtentType><ExtentValue>{chance.randint(80, 900)}</ExtentValue>"
    yield "<ExtentUnit>03</ExtentUnit></Extent>"
    for scheme, codes in (("93", chance.sample(THEMA, 3)), ("10", chance.sample(BISAC, 2))):
        for code in codes:
            yield (f"<Subject><SubjectSchemeIdentifier>{scheme}</SubjectSchemeIdentifier>"
                   f"<SubjectCode>{code}</SubjectCode></Subject>")  # fmt: skip
    yield "<Subject><SubjectSchemeIdentifier>20</SubjectSchemeIdentifier>"
    yield f"<SubjectHeadingText>{'; '.join(chance.sample(WORDS, 5))}</SubjectHeadingText></Subject>"
    yield "<Audience><AudienceCodeType>01</AudienceCodeType><AudienceCodeValue>01</AudienceCodeValue></Audience>"
    yield "</DescriptiveDetail>"


def contributor(chance: random.Random, place: int, role: str) -> Iterator[str]:
    given, family = f"{chance.choice(NAMES)} {chance.choice(NAMES)}", chance.choice(FAMILIES)
    yield f"<Contributor><SequenceNumber>{place}</SequenceNumber><ContributorRole>{role}</ContributorRole>"
    yield f"<NamesBeforeKey>{given}</NamesBeforeKey><KeyNames>{family}-{chance.choice(FAMILIES)}</KeyNames>"
    yield f'<BiographicalNote textformat="05">{paragraphs(chance, 1)}</BiographicalNote></Contributor>'


def collateral(chance: random.Random, number: int) -> Iterator[str]:
    yield "<CollateralDetail>"
    for kind, length in (("02", 1), ("03", 4), ("04", 2), ("06", 1)):
        markup = paragraphs(chance, length)
        text = escape(markup) if number % 2 else markup
        yield f"<TextContent><TextType>{kind}</TextType><ContentAudience>00</ContentAudience>"
        yield f'<Text textformat="05">{text}</Text></TextContent>'
    yield "<SupportingResource><ResourceContentType>01</ResourceContentType><ContentAudience>00</ContentAudience>"
    yield "<ResourceMode>03</ResourceMode><ResourceVersion><ResourceForm>02</ResourceForm>"
    yield f"<ResourceLink>https://covers.example/{isbn(number)}.jpg</ResourceLink></ResourceVersion>"
    yield "</SupportingResource></CollateralDetail>"


def publishing(chance: random.Random) -> Iterator[str]:
    year = chance.randint(1990, 2026)
    yield f"<PublishingDetail><Imprint><ImprintName>{chance.choice(FAMILIES)} Books</ImprintName></Imprint>"
    yield "<Publisher><PublishingRole>01</PublishingRole>"
    yield f"<PublisherName>{chance.choice(FAMILIES)} &amp; {chance.choice(FAMILIES)}</PublisherName></Publisher>"
    yield "<PublishingStatus>04</PublishingStatus><PublishingDate><PublishingDateRole>01</PublishingDateRole>"
    yield f'<Date dateformat="00">{year}0315</Date></PublishingDate><SalesRights>'
    yield "<SalesRightsType>01</SalesRightsType><Territory><RegionsIncluded>WORLD</RegionsIncluded>"
    yield "<CountriesExcluded>US CA PH</CountriesExcluded></Territory></SalesRights>"
    yield "<ROWSalesRightsType>03</ROWSalesRightsType></PublishingDetail>"


def supply(chance: random.Random, cents: int) -> Iterator[str]:
    amount = chance.randint(499, 4999) + cents
    yield "<ProductSupply><Market><Territory><RegionsIncluded>WORLD</RegionsIncluded></Territory></Market>"
    yield "<SupplyDetail><Supplier><SupplierRole>01</SupplierRole><SupplierName>Benchmark House</SupplierName>"
    yield "</Supplier><ProductAvailability>20</ProductAvailability>"
    for currency, rate in (("EUR", 1), ("GBP", 0.9), ("CHF", 1.1)):
        yield (f"<Price><PriceType>02</PriceType><PriceAmount>{amount * rate / 100:.2f}</PriceAmount>"
               f"<CurrencyCode>{currency}</CurrencyCode></Price>")  # fmt: skip
    yield "</SupplyDetail></ProductSupply>"


# ---- measuring -------------------------------------------------------------------------------------------------


def main() -> None:
    options = arguments()
    os.environ["DATA_DIR"] = str(options.data_dir.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.conf import settings

    options.data_dir.mkdir(parents=True, exist_ok=True)
    path = options.keep or options.data_dir / "message.xml"
    with settings.EMBEDDED.lease():
        django.setup()
        if options.step:
            measure({"read": read, "import": take, "export": give}[options.step], path)
        else:
            everything(options, path)


def everything(options: argparse.Namespace, path: Path) -> None:
    from django.core.management import call_command

    from accounts.models import Seller

    call_command("migrate", verbosity=0)
    Seller.objects.get_or_create(slug="benchmark", defaults={"name": "Benchmark"})
    if not (options.keep and path.exists()):
        write_message(path, options.products, options.megabytes)
    steps = ["read", "import", "import", "export"]
    print(f"{path.stat().st_size / 1e6:,.0f} MB")
    for step in steps:
        again(step, options, path)
    if not options.keep:
        write_message(path, options.products, options.megabytes, cents=100)
        print("every price changed:")
        again("import", options, path)


def again(step: str, options: argparse.Namespace, path: Path) -> None:
    """In a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", "benchmarks.onix", "--step", step, "--keep", str(path)]
    subprocess.run([*command, "--data-dir", str(options.data_dir)], check=True, cwd=ROOT)


def measure(step: Callable[[Path], int], path: Path) -> None:
    from django.db import connection

    connection.ensure_connection()
    server = connection.connection.info.backend_pid  # on this machine, in the shop that this makes
    start, before, others = time.perf_counter(), time.process_time(), processor_time(server)
    with watched() as memory:
        count = step(path)
    seconds = time.perf_counter() - start
    own, helpers = time.process_time() - before, resource.getrusage(resource.RUSAGE_CHILDREN)
    shares = {
        "": own,
        " beside it": helpers.ru_utime + helpers.ru_stime,
        " of PostgreSQL": processor_time(server) - others,
    }
    spent = ", ".join(f"{share / count * 1000:.2f} s{name}" for name, share in shares.items())
    print(f"{step.__name__:>6}: {count:,} products in {seconds:.1f} s, {count / seconds:,.0f} a second, "
          f"{max(memory):,} MB resident at most\n        processor time for 1,000: {spent}; "
          f"load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip


def processor_time(process: int) -> float:
    """Seconds that a process of this machine has computed so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def watched() -> Iterator[list[int]]:
    """How many MB this process and those that it starts have together, ten times a second."""
    found, ended = [resident()], threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            found.append(resident())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()


def resident() -> int:
    pages = 0
    helpers = [each for task in Path("/proc/self/task").iterdir() for each in (task / "children").read_text().split()]
    for process in ["self", *helpers]:
        with contextlib.suppress(OSError):
            pages += int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000


def read(path: Path) -> int:
    """Only reading: no database."""
    from catalog.imports.onix.files import inspect
    from catalog.imports.onix.messages import Message
    from catalog.imports.onix.product import read_product
    from catalog.imports.onix.runs import circumstances

    file, _ = inspect(path)
    with Message(file) as message:
        about = circumstances(message.header, None)
        return sum(1 for each in message if read_product(each, about))


def take(path: Path) -> int:
    from accounts.models import Seller
    from catalog.imports.onix.runs import import_onix

    [report] = import_onix(str(path), seller=Seller.objects.get(slug="benchmark"))
    return report.rows


def give(path: Path) -> int:
    from accounts.models import Seller
    from catalog.exports import export_onix

    with open(path.with_suffix(".export.xml"), "wb") as out:
        return export_onix(out, Seller.objects.get(slug="benchmark"))


if __name__ == "__main__":
    main()

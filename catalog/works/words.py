"""Words that say something of a title, as `fold_text` writes them."""

import re

NOBODY = {"", "anonymous", "anon", "unknown", "various", "various authors", "autores varios", "collectif", "diverse",
          "author unknown", "anonymus", "anoniem", "anonyme", "no author", "none", "editors", "staff"}  # fmt: skip

# A title of nothing but these names no work: there is one of almost everybody.
COMMON = """
    a an and by for from in of on or the to with der die das des und von de del la las los le les l et y e da do
    complete completed collected selected collection complets completes completas sämtliche samtliche gesammelte
    ausgewahlte best great greatest early late later new old other more further first second last major minor short
    little classic modern favorite favourite works work writings writing poems poem poetry poetical verse sonnets
    stories story tales tale fiction novels novel novellas plays play dramas comedies tragedies essays essay letters
    correspondence speeches lectures diaries diary journals journal memoirs autobiography reminiscences prose
    anthology reader papers notes miscellanies opera werke gedichte erzahlungen novellen dramen briefe schriften
    oeuvres uvres poesies contes nouvelles theatre lettres essais obras poesias poemas cuentos teatro cartas ensayos
    opere poesie racconti novelle lettere gedichten verhalen antologia bible testament scriptures koran quran annual
    report yearbook almanac catalogue catalog proceedings transactions bulletin magazine dictionary encyclopedia
    atlas calendar untitled volume volumes vol part book books series edition omnibus set box boxed trilogy holy
    king james version cookbook index
"""
GENERIC = set(COMMON.split())

# About a book, made from it, or several at once, and so never the book itself.
DERIVED = re.compile(
    r"\b(study guides?|sparknotes|cliffs? ?notes|york notes|monarch notes|barron s|summary|summaries|analysis of|"
    r"companion|workbook|work book|teacher s?|teachers|lesson plans?|guide to|reader s guide|reading guide|notes on|"
    r"(box|boxed|gift) sets?|omnibus|\d+ books?|books? \d+ \d+|trilogy|tetralogy|quartet|collection|complete series|"
    r"complete set|screenplay|shooting script|script|film tie|movie (guide|book|storybook)|making of|art of|"
    r"graphic novel|comic|manga|coloring|colouring|activity book|sticker|pop up|cookbook|calendar|poster|journal|"
    r"diary of|sampler|excerpts?|selections?|abridged|condensed|adapted|adaptation|retold|retelling|for children|"
    r"young readers?|junior|piano|vocal score|libretto|audio guide|behind the scenes|unauthorized|unofficial|"
    r"illustrated (guide|companion)|director s|annotated|sequel|continuation|critical essays|casebook|"
    r"interpretations)\b"
)
# What a subtitle may say without making another book of it.
HARMLESS = re.compile(
    r"\b(a|an|the|und|ein|eine|un|une)? ?\b(novel|novella|romance|roman|romans|romanzo|novela|memoir|memoirs|thriller|"
    r"mystery|novel of suspense|tale|story|true story|a true story|love story|biography|autobiography|history|fiction|"
    r"erzahlung|kriminalroman|thriller roman|short stories|stories|poems|essays)$"
)
# Which of these make two works of one title by one author; all others call it a tale.
LIFE = ("memoir", "memoirs", "biography", "autobiography", "history", "true story")
FORMS = {"poems": "verse", "essays": "essays", "stories": "stories", "short stories": "stories"} | dict.fromkeys(
    LIFE, "life"
)
# What a bracket at the end says of the edition, or of the series that it is sold in.
IMPRINT = re.compile(
    r"\b(paperbacks?|hardcover|hardback|classics?|library|edition|international|novels?|mystery|mysteries|series|"
    r"penguin|puffin|signet|bantam|vintage|virago|everyman s?|perennial|contemporary|contemporaries|book club|"
    r"large print|mass market|unabridged|audio|cd|cassette|kindle|reprint|reissue|plume|arkana|picador|mmp|romance|"
    r"thriller|suspense|science fiction|fantasy)\b"
)
# The same, said behind a colon, has to be all that is said there.
EDITION = re.compile(rf"{IMPRINT.pattern}|\b(a|an|the|gift|deluxe|anniversary|first|modern|new|complete text)\b")
ALTERNATIVE = re.compile(r"^or\b")
VOLUME = (
    r"(?:vol|vols|volume|volumes|v|part|parts|band|bd|teil|tome|tomo|book|livre|libro|deel|no|nr|chapter|episode|issue|"
    r"season|act)"
)
NUMBERED = re.compile(
    rf"\b{VOLUME} (?:i|v|x|one|two|three|four|five|six|seven|eight|nine|ten|first|second|third|last)\b|"
    r"\b(?:\d+|ii|iii|iv|vi|vii|viii|ix|xi|xii|xiii|xiv|xv)\b|\b(?:vol|volume)\b"
)
SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "md", "phd", "esq"}
ARTICLE = re.compile(r"^(the|a|an|der|die|das|le|la|les|el|los|las|il|lo|gli|de|het|een) (?=.)")

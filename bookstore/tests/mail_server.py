"""A small mail server for tests: it speaks SMTP, keeps what it is given, and misbehaves as it is told."""

import contextlib
import email
import socketserver
import threading
from collections.abc import Iterator
from email.message import Message
from enum import Enum, auto


class Manner(Enum):
    """How the server treats whoever comes."""

    TAKES = auto()
    NEVER_GREETS = auto()
    KEEPS_AND_NEVER_ANSWERS = auto()  # the mail has arrived, and its sender does not learn it
    HANGS_UP_AMONG_THE_LINES = auto()
    GREYLISTS = auto()  # whoever comes for the first time is to come again
    IS_BUSY = auto()


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.manner = Manner.TAKES
        self.unknown: set[str] = set()  # addresses that nobody has
        self.refusal = "550 5.1.1 no such user"
        self.refuses_letters = False  # and not the address before it has seen the letter
        self.seen: set[str] = set()
        self.letters: list[Message] = []
        self.connections = 0
        self.over = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def ids(self) -> list[str]:
        return [str(letter["Message-ID"]) for letter in self.letters]


class Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.server.connections += 1
        if self.server.manner is Manner.NEVER_GREETS:
            self.server.over.wait()
            return
        with contextlib.suppress(OSError):  # the client was killed
            self.say("220 mail.example")
            while line := self.rfile.readline():
                word, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
                if not self.answer(word.upper(), rest):
                    return

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def answer(self, word: str, rest: str) -> bool:
        if word == "RCPT":
            self.say(self.verdict(rest.partition("<")[2].partition(">")[0]))
        elif word == "DATA":
            return self.receive()
        else:
            self.say({"EHLO": "250 mail.example", "QUIT": "221 bye"}.get(word, "250 ok"))
        return word != "QUIT"

    def verdict(self, address: str) -> str:
        manner, is_new = self.server.manner, address not in self.server.seen
        self.server.seen.add(address)
        if address in self.server.unknown:
            return self.server.refusal
        if manner is Manner.IS_BUSY or (manner is Manner.GREYLISTS and is_new):
            return "451 4.7.1 try again later"
        return "250 ok"

    def receive(self) -> bool:
        self.say("354 go on")
        if self.server.manner is Manner.HANGS_UP_AMONG_THE_LINES:
            self.rfile.readline()
            return False
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        if not line:
            return False  # the client was killed among the lines: nothing has arrived
        if self.server.refuses_letters:
            self.say(self.server.refusal)
            return True
        self.server.letters.append(email.message_from_bytes(b"".join(lines)))
        if self.server.manner is Manner.KEEPS_AND_NEVER_ANSWERS:
            self.server.over.wait()
            return False
        self.say("250 kept")
        return True


@contextlib.contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()

"""A real mail server on loopback, that refuses what it is told to refuse."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Post:
    """What the server was given, and how it answers."""

    port: int = 0
    received: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Sender, recipient and bytes of each mail that was taken with 250."""
    logins: list[str] = field(default_factory=list)
    hellos: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    """Recipient → the reply to its RCPT."""
    after_data: list[str] = field(default_factory=list)
    """Replies to the next messages instead of 250."""
    tls: ssl.SSLContext | None = None

    def mails(self) -> list[EmailMessage]:
        """The messages, read."""
        return [
            message_from_bytes(content, policy=policy.default)  # type: ignore[misc]
            for _sender, _recipient, content in self.received
        ]


class _Talk(socketserver.StreamRequestHandler):
    post: Post
    implicit_tls: bool

    def encrypt(self) -> None:
        assert self.post.tls
        self.request = self.post.tls.wrap_socket(
            self.request, server_side=True, do_handshake_on_connect=False
        )
        self.request.do_handshake()

    def finish(self) -> None:
        for stream in (self.wfile, self.rfile, self.request):
            try:
                stream.close()
            except OSError:
                pass

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.request.settimeout(10)
        try:
            if self.implicit_tls:
                self.encrypt()
                self.setup()
            self._talk()
        except OSError:
            pass  # the other side went away

    def _talk(self) -> None:
        post, sender, recipients = self.post, "", list[str]()
        self.say("220 here")
        while line := self.rfile.readline().decode("latin-1").strip():
            word, _, rest = line.partition(" ")
            match word.upper():
                case "EHLO":
                    post.hellos.append(rest)
                    starttls = ["STARTTLS"] if post.tls and not self.implicit_tls else []
                    for offer in ("here", *starttls, "AUTH PLAIN"):
                        self.say(f"250-{offer}")
                    self.say("250 8BITMIME")
                case "STARTTLS":
                    self.say("220 go")
                    self.encrypt()
                    self.setup()
                case "AUTH":
                    post.logins.append(base64.b64decode(rest.split()[1]).decode())
                    self.say("235 welcome")
                case "MAIL":
                    sender, recipients = rest.partition("<")[2].partition(">")[0], []
                    self.say("250 ok")
                case "RCPT":
                    recipient = rest.partition("<")[2].partition(">")[0]
                    reply = post.refused.get(recipient, "250 ok")
                    if reply.startswith("250"):
                        recipients.append(recipient)
                    self.say(reply)
                case "DATA":
                    self.say("354 go on")
                    self.say(self._take(sender, recipients))
                case "QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 ok")

    def _take(self, sender: str, recipients: list[str]) -> str:
        lines = []
        while (read := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(read[1:] if read.startswith(b"..") else read)
        reply = self.post.after_data.pop(0) if self.post.after_data else "250 taken"
        if reply.startswith("250"):
            content = b"".join(lines)
            self.post.received += [(sender, one, content) for one in recipients]
        return reply


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def smtp_server(
    *, port: int = 0, tls: ssl.SSLContext | None = None, implicit_tls: bool = False
) -> Iterator[Post]:
    """Runs one until the block ends; ``port`` 0 takes a free one."""
    post = Post(tls=tls)
    talk = type("Talk", (_Talk,), {"post": post, "implicit_tls": implicit_tls})
    with _Server(("127.0.0.1", port), talk) as server:
        post.port = server.server_address[1]
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02))
        thread.start()
        try:
            yield post
        finally:
            server.shutdown()
            thread.join()

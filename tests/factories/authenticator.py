"""A passkey device in software: makes keys and signs as a real one does (WebAuthn, level 2)."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url as text

_PRESENT, _VERIFIED, _NEW_KEY = 0x01, 0x04, 0x40


@dataclass
class Device:
    """One passkey; ``verifies`` is whether it asks for a finger, a face or a PIN."""

    origin: str = "http://localhost"
    verifies: bool = True
    uses: int = 0
    key_id: bytes = b"a passkey of the tests"
    _key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, options: dict[str, Any]) -> str:
        """The answer of ``navigator.credentials.create``."""
        numbers = self._key.public_key().public_numbers()
        public = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        )
        told = self._about(options["rp"]["id"], _NEW_KEY) + bytes(16)
        told += len(self.key_id).to_bytes(2) + self.key_id + public
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": told})
        client = self._client("webauthn.create", options["challenge"])
        return self._answer(clientDataJSON=client, attestationObject=attested)

    def use(self, options: dict[str, Any]) -> str:
        """The answer of ``navigator.credentials.get``."""
        self.uses += 1
        told = self._about(options["rpId"], 0)
        client = self._client("webauthn.get", options["challenge"])
        signed = self._key.sign(told + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=told, signature=signed)

    def _about(self, site: str, more: int) -> bytes:
        flags = _PRESENT | (_VERIFIED if self.verifies else 0) | more
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        ).encode()

    def _answer(self, **response: bytes) -> str:
        return json.dumps(
            {
                "id": text(self.key_id), "rawId": text(self.key_id), "type": "public-key",
                "clientExtensionResults": {},
                "response": {name: text(value) for name, value in response.items()},
            }
        )  # fmt: skip

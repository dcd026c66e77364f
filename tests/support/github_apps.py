"""A GitHub App of the tests: its key is made for each run of them, its installations are two."""

from __future__ import annotations

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from pipelines.sandbox.github.server.rest.apps import App
from pipelines.sandbox.github.world.facts import Account


def a_key() -> tuple[str, str]:
    """A private key and its public half, as PEM."""
    made = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    private = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = made.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


KEY, PUBLIC_KEY = a_key()
OTHER_KEY, _ = a_key()
APP = App("4711", PUBLIC_KEY, {11: Account("lowmere", 2_147_000_011), 12: Account("highmere", 2_147_000_012)})

"""Official Python clients of the field: how each is opened, what it is asked, which exceptions it raises.

A question takes a text and gives what the client made of the answer, as plain data: asked through Naka and asked of the
stub itself, it must be the same.
"""

from wire.sdk.anthropic_sdk import ANTHROPIC
from wire.sdk.base import Sdk
from wire.sdk.bedrock_sdk import BEDROCK
from wire.sdk.cohere_sdk import COHERE
from wire.sdk.google_sdk import GOOGLE
from wire.sdk.mistral_sdk import MISTRAL
from wire.sdk.ollama_sdk import OLLAMA
from wire.sdk.openai_sdk import AZURE, OPENAI

__all__ = ["SDKS", "Sdk"]

SDKS = (OPENAI, AZURE, ANTHROPIC, GOOGLE, COHERE, MISTRAL, BEDROCK, OLLAMA)

from typing import Any
def text_of(content: dict[str, Any], name: str) -> str:
    raise NotImplementedError

"""The stub's answers in OpenAI's shapes beside chat: Responses, completions, moderations, pictures, search.

Source of the shapes: openai-python 3.54.0, `types/`.
"""

from __future__ import annotations

import json
from typing import Any

from naka.local.stub.asked import CREATED, Body, Call, identity, last_text

__all__ = [
    "completions",
    "conversation",
    "image",
    "message_list",
    "moderations",
    "responses",
    "search",
    "thread_message",
]


def responses(call: Call) -> dict[str, Any]:
    """Echoes the last user text, or calls the tool that `tool_choice` names; says the instructions again."""
    body = call.body
    given = body.get("input")
    text = given if isinstance(given, str) else last_text(given)
    name = body["tool_choice"].get("name") if isinstance(body.get("tool_choice"), dict) else None
    item: dict[str, Any]
    if name is not None:
        arguments = json.dumps({"text": text}, ensure_ascii=False)
        item = {"type": "function_call", "id": "fc_stub", "call_id": "call_stub", "name": name, "arguments": arguments}
    else:
        part = {"type": "output_text", "text": f"You said: {text}", "annotations": [], "logprobs": []}
        item = {"type": "message", "id": "msg_stub", "role": "assistant", "content": [part]}
    echoed = {name: body.get(name) for name in ("instructions", "metadata", "previous_response_id", "user")}
    return {
        "id": identity(body, "resp_"),
        "object": "response",
        "created_at": CREATED,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "model": call.model,
        "output": [item | {"status": "completed"}],
        "parallel_tool_calls": True,
        "tool_choice": body.get("tool_choice", "auto"),
        "tools": body.get("tools", []),
        "temperature": 1.0,
        "top_p": 1.0,
        **echoed,
    }


def completions(call: Call) -> dict[str, Any]:
    """One choice for each prompt, which repeats it."""
    prompt = call.body.get("prompt")
    prompts = prompt if isinstance(prompt, list) and all(isinstance(item, str) for item in prompt) else [prompt]
    choices = [
        {"index": index, "text": f"{item if isinstance(item, str) else ''} and so on", "finish_reason": "stop"}
        for index, item in enumerate(prompts)
    ]
    for choice in choices:
        choice["logprobs"] = None
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {
        "id": identity(call.body, "cmpl-"),
        "object": "text_completion",
        "created": CREATED,
        "model": call.model,
        "choices": choices,
        "usage": usage,
    }


def moderations(call: Call) -> dict[str, Any]:
    """Nothing is flagged."""
    result: dict[str, Any] = {"flagged": False, "categories": {}, "category_scores": {}}
    result["category_applied_input_types"] = {}
    return {"id": identity(call.body, "modr-"), "model": call.model, "results": [result]}


def image(call: Call) -> dict[str, Any]:
    """One dot, and the prompt as it was understood."""
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    prompt = f"A drawing of: {call.body.get('prompt')}"
    return {"created": CREATED, "data": [{"b64_json": dot, "revised_prompt": prompt}]}


def search(call: Call) -> dict[str, Any]:
    """One passage that quotes the query."""
    query = call.body.get("query")
    passage = {"type": "text", "text": f"About {query}"}
    hit = {"file_id": "file-stub", "filename": "stub.txt", "score": 0.9, "attributes": {}, "content": [passage]}
    page = {"object": "vector_store.search_results.page", "search_query": [query]}
    return page | {"data": [hit], "has_more": False, "next_page": None}


def conversation(call: Call) -> dict[str, Any]:
    """A conversation that was made."""
    made = {"id": identity(call.body, "conv_"), "object": "conversation", "created_at": CREATED}
    return made | {"metadata": call.body.get("metadata") or {}}


def message_list(call: Call) -> dict[str, Any]:
    """Items that were added to a conversation, as a list."""
    items = call.body.get("items")
    data = []
    for index, item in enumerate(items if isinstance(items, list) else []):
        text = item.get("content") if isinstance(item, dict) else None
        part = {"type": "input_text", "text": text}
        message = {"type": "message", "id": f"msg_{index}", "role": "user", "status": "completed", "content": [part]}
        data.append(message)
    ends = {"first_id": "msg_0", "last_id": f"msg_{max(len(data) - 1, 0)}"}
    return {"object": "list", "data": data, "has_more": False, **ends}


def thread_message(call: Call) -> dict[str, Any]:
    """A message that was added to a thread."""
    body: Body = call.body
    text = {"type": "text", "text": {"value": str(body.get("content")), "annotations": []}}
    return {
        "id": identity(body, "msg_"),
        "object": "thread.message",
        "created_at": CREATED,
        "thread_id": "thread_stub",
        "role": "user",
        "status": "completed",
        "content": [text],
        "attachments": [],
        "metadata": body.get("metadata") or {},
    }

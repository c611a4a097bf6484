"""`/docs`: the OpenAPI document as one plain page. It loads nothing from elsewhere, so it works without a network too."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

POLICY = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "X-Content-Type-Options": "nosniff"}
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; background: #fff }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #d0d7de } h3 { margin: 1.5rem 0 .25rem }
h3 b { display: inline-block; min-width: 3.5rem; color: #0550ae } code, pre { font: 14px/1.45 ui-monospace, monospace }
pre { background: #f6f8fa; padding: .75rem; overflow-x: auto; border-radius: 6px }
details { margin: .25rem 0 } summary { cursor: pointer } td { padding: .1rem 1rem .1rem 0; vertical-align: top }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #0d1117 } pre { background: #161b22 } h3 b { color: #79c0ff } }
"""

router = APIRouter()


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> Response:
    """Every call with an example."""
    document = request.app.openapi()
    address = str(request.base_url).rstrip("/")
    return Response("".join(_page(document, address)), media_type="text/html; charset=utf-8", headers=POLICY)


def _page(document: Mapping[str, Any], address: str) -> Iterator[str]:
    info = document["info"]
    yield "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    yield f"<title>{escape(info['title'])}</title>"
    yield f"<style>{STYLE}</style><h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info.get('summary', ''))}</p>"
    yield "<p>For programs: <a href=/openapi.json>/openapi.json</a>. Errors are <code>application/problem+json</code>.</p>"
    tag = ""
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            if call["tags"][0] != tag:
                tag = call["tags"][0]
                yield f"<h2>{escape(tag.capitalize())}</h2>"
            yield from _call(document, f"{method.upper()} {path}", call, address)


def _call(document: Mapping[str, Any], name: str, call: Mapping[str, Any], address: str) -> Iterator[str]:
    method, _, path = name.partition(" ")
    yield f"<h3 id='{escape(call['operationId'])}'><b>{method}</b> <code>{escape(path)}</code></h3>"
    yield f"<p><strong>{escape(call['summary'])}.</strong> {escape(call.get('description', ''))}</p>"
    body = _request_example(document, call)
    given = (
        "" if body is None else f" \\\n  -H 'Content-Type: application/json' \\\n  -d {_shell_quoted(json.dumps(body, ensure_ascii=False))}"
    )
    yield f"<pre>curl -s -X {method} '{escape(address + path)}' \\\n  -H 'Authorization: Bearer rw_…'{escape(given)}</pre>"
    for status, answer in call["responses"].items():
        yield from _answer(status, answer)


def _answer(status: str, answer: Mapping[str, Any]) -> Iterator[str]:
    shown = [example for content in answer.get("content", {}).values() for example in _examples(content)]
    yield f"<details><summary><code>{escape(status)}</code> {escape(answer.get('description', ''))}</summary>"
    yield "".join(f"<pre>{escape(json.dumps(example, ensure_ascii=False, indent=2))}</pre>" for example in shown)
    yield "</details>"


def _examples(content: Mapping[str, Any]) -> list[Any]:
    if "example" in content:
        return [content["example"]]
    return [example["value"] for example in content.get("examples", {}).values()]


def _request_example(document: Mapping[str, Any], call: Mapping[str, Any]) -> Any:
    """The first example of the JSON body's schema; None for calls without a body."""
    schema = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    examples = document["components"]["schemas"].get(name, {}).get("examples", [])
    return examples[0] if examples else None


def _shell_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"

"""The badge as a person meets it: read through the browser's own tools, for its
shadow root is closed to scripts."""

import time


class Badge:
    def __init__(self, page):
        self.page = page
        self._tools = page.context.new_cdp_session(page)

    def _shadow(self):
        """Return the node of our closed shadow root, the last child of <html>."""
        root = self._tools.send("DOM.getDocument", {"depth": 3, "pierce": True})["root"]
        html = next(n for n in root["children"] if n["nodeName"] == "HTML")
        for node in reversed(html.get("children", [])):
            for shadow in node.get("shadowRoots", []):
                if shadow["shadowRootType"] == "closed":
                    return shadow["nodeId"]
        return None

    def exists(self) -> bool:
        return self._shadow() is not None

    def wait(self, seconds: float = 6) -> "Badge":
        deadline = time.monotonic() + seconds
        while not self.exists():
            assert time.monotonic() < deadline, "no badge came"
            self.page.wait_for_timeout(50)
        return self

    def wait_for(self, css: str, seconds: float = 6) -> "Badge":
        deadline = time.monotonic() + seconds
        while not (self.exists() and self.count(css)):
            assert time.monotonic() < deadline, f"no {css} came"
            self.page.wait_for_timeout(50)
        return self

    def goes(self, seconds: float = 3) -> None:
        deadline = time.monotonic() + seconds
        while self.exists():
            assert time.monotonic() < deadline, "it stays"
            self.page.wait_for_timeout(20)

    def has(self, css: str, within_ms: int = 500) -> bool:
        """Tell whether a thing comes, where it is likely not to."""
        self.page.wait_for_timeout(within_ms)
        return self.exists() and self.count(css) > 0

    def stays_away(self, seconds: float = 1.5) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.exists():
                return False
            self.page.wait_for_timeout(100)
        return True

    def _find(self, css: str) -> int:
        found = self._tools.send(
            "DOM.querySelector", {"nodeId": self._shadow(), "selector": css}
        )["nodeId"]
        assert found, f"nothing matches {css} in the badge"
        return found

    def _call(self, css: str, function: str):
        node = self._tools.send("DOM.resolveNode", {"nodeId": self._find(css)})
        answer = self._tools.send(
            "Runtime.callFunctionOn",
            {
                "objectId": node["object"]["objectId"],
                "functionDeclaration": function,
                "returnByValue": True,
            },
        )
        return answer["result"].get("value")

    def text(self, css: str) -> str:
        return self._call(css, "function() { return this.textContent }")

    def count(self, css: str) -> int:
        found = self._tools.send(
            "DOM.querySelectorAll", {"nodeId": self._shadow(), "selector": css}
        )
        return len(found["nodeIds"])

    def attribute(self, css: str, name: str) -> str | None:
        return self._call(css, f"function() {{ return this.getAttribute('{name}') }}")

    def open(self) -> bool:
        return not self._call(".panel", "function() { return this.hidden }")

    def focused(self, css: str) -> bool:
        function = "function() { return this.getRootNode().activeElement === this }"
        return self._call(css, function)

    def box(self, css: str) -> dict:
        function = "function() { return this.getBoundingClientRect().toJSON() }"
        return self._call(css, function)

    def click(self, css: str) -> None:
        self._call(css, "function() { this.scrollIntoView({block: 'nearest'}) }")
        box = self.box(css)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.click(x, y)

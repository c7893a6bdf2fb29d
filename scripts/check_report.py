#!/usr/bin/env python3
"""Opens report.html in headless Chromium and checks what a person would trip over.

At 1280, 800 and 390 px, light and dark: no console message, no request beyond the file, nothing wider than the page
(what scrolls in its own box aside), every chart drawn with its text inside it, also in what opens on demand; with axe-core
where a package that carries it is installed (axe-core-python, axe-playwright-python or axe-selenium-python); with the Tab
key every control is reached, with Enter details open; and it prints.

    scripts/python scripts/check_report.py report.html [--screenshots DIR] [--chromium PROGRAM] [--axe axe.min.js]

Exit code: 0 nothing found, 1 something found, 77 no Chromium here.
"""
import argparse
import base64
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WIDTHS, SCHEMES, HEIGHT = (1280, 800, 390), ("light", "dark"), 900
AXE_PACKAGES = ("axe_core_python", "axe_playwright_python", "axe_selenium_python")

OVERFLOW = """(() => {
  const wide = [...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll *, svg *'))
    .filter(e => e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => `${e.tagName.toLowerCase()}.${e.getAttribute('class') || ''} "${e.textContent.slice(0, 40)}"`);
  const page = document.documentElement.scrollWidth;
  return page > innerWidth ? [`the page is ${page} wide`, ...wide] : wide;
})()"""

CHARTS = """[...document.querySelectorAll('svg')].flatMap(svg => {
  const name = svg.getAttribute('aria-label'), box = svg.getBoundingClientRect(), found = [];
  if (box.width < 50 || box.height < 30) found.push(`${name}: ${box.width} x ${box.height}`);
  if (!svg.querySelector('.mark, path, rect')) found.push(`${name}: nothing drawn`);
  if (/NaN|inf/i.test(svg.innerHTML.replace(/<title>.*?<\\/title>|<text.*?<\\/text>/g, '')))
    found.push(`${name}: a coordinate is no number`);
  for (const part of svg.querySelectorAll('text, .mark, path, line')) {
    const r = part.getBoundingClientRect();
    if (r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 1 || r.bottom > box.bottom + 1)
      found.push(`${name}: ${part.tagName} "${part.textContent.slice(0, 40)}" leaves the chart`);
  }
  return found;
})"""

CONTROLS = "[...document.querySelectorAll('summary, a[href], [tabindex=\"0\"]')].filter(e => e.checkVisibility()).length"


class Browser:
    """The DevTools protocol over a pipe: JSON messages that end in a zero byte."""

    def __init__(self, program):
        self.folder = tempfile.TemporaryDirectory()
        read_commands, self.commands = os.pipe()
        self.answers, write_answers = os.pipe()

        def connect():
            os.dup2(read_commands, 3)
            os.dup2(write_answers, 4)

        # Numbers 3 and 4 are what the browser expects; high copies keep them from being overwritten.
        read_commands, write_answers = (os.fdopen(os.dup(d), closefd=False).fileno() for d in (read_commands, write_answers))
        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             f"--user-data-dir={self.folder.name}"],
            preexec_fn=connect, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.buffer, self.number, self.session, self.events = b"", 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def receive(self):
        while b"\0" not in self.buffer:
            self.buffer += os.read(self.answers, 1 << 20)
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.commands, data):]
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"].get("exception", {}).get("description", "exception"))
        return result["result"].get("value")

    def open(self, url):
        self.events.clear()
        self.call("Page.navigate", url=url)
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self.receive())

    def press(self, key, code, text=""):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code,
                      **({"text": text} if text and kind == "keyDown" else {}))

    def close(self):
        self.call("Browser.close")
        self.process.wait(timeout=20)
        self.folder.cleanup()


def messages(browser, url):
    """What the page said on the console, and what it asked the network for."""
    for event in browser.events:
        method, facts = event.get("method"), event.get("params", {})
        if method == "Runtime.consoleAPICalled":
            yield f"console.{facts['type']}"
        elif method == "Runtime.exceptionThrown":
            yield f"exception: {facts['exceptionDetails']['text']}"
        elif method == "Log.entryAdded":
            yield f"{facts['entry']['level']}: {facts['entry']['text']}"
        elif method == "Network.requestWillBeSent":
            asked = facts["request"]["url"]
            if asked != url and not asked.startswith("data:"):
                yield f"request for {asked}"


def keyboard(browser):
    """Every control once by Tab, and Enter on the first summary."""
    expected, reached = browser.evaluate(CONTROLS), set()
    browser.evaluate("document.activeElement.blur()")
    for _ in range(expected + 2):
        browser.press("Tab", 9)
        reached.add(browser.evaluate(
            "(e => e === document.body ? -1 : [...document.querySelectorAll('*')].indexOf(e))(document.activeElement)"))
    reached.discard(-1)
    if len(reached) < expected:
        yield f"Tab reaches {len(reached)} of {expected} controls"
    browser.evaluate("document.querySelector('summary').focus()")
    before = browser.evaluate("document.querySelector('details').open")
    browser.press("Enter", 13, "\r")
    if browser.evaluate("document.querySelector('details').open") == before:
        yield "Enter does not open details"


def accessibility(browser, axe):
    browser.evaluate(axe)
    found = browser.evaluate(
        "axe.run().then(r => r.violations.map(v => `axe ${v.id}: ${v.help} (${v.nodes.length} x, "
        "first ${v.nodes[0].html.slice(0, 120)})`))")
    return found


def findings(browser, url, axe, screenshots):
    for width in WIDTHS:
        for scheme in SCHEMES:
            place = f"{width} px, {scheme}"
            browser.call("Emulation.setDeviceMetricsOverride", width=width, height=HEIGHT, deviceScaleFactor=1,
                         mobile=width < 500)
            browser.call("Emulation.setEmulatedMedia",
                         features=[{"name": "prefers-color-scheme", "value": scheme}])
            browser.open(url)
            found = list(messages(browser, url))
            if width == WIDTHS[0] and scheme == SCHEMES[0]:
                found += keyboard(browser)
            found += browser.evaluate(OVERFLOW)
            if screenshots:
                shoot(browser, screenshots / f"{width}-{scheme}.png")
            browser.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            found += browser.evaluate(OVERFLOW) + browser.evaluate(CHARTS)
            # Seconds each: 800 px has nothing that the other two lack.
            found += accessibility(browser, axe) if axe and width != WIDTHS[1] else []
            if screenshots:
                shoot(browser, screenshots / f"{width}-{scheme}-open.png")
            yield from (f"{place}: {f}" for f in dict.fromkeys(found))
    browser.open(url)
    printed = base64.b64decode(browser.call("Page.printToPDF", printBackground=False)["data"])
    if screenshots:
        (screenshots / "print.pdf").write_bytes(printed)
    if len(printed) < 10_000:
        yield f"the print has {len(printed)} bytes"


def shoot(browser, path):
    height = min(browser.evaluate("document.documentElement.scrollHeight"), 16_000)
    data = browser.call("Page.captureScreenshot", captureBeyondViewport=True, clip={
        "x": 0, "y": 0, "width": browser.evaluate("innerWidth"), "height": height, "scale": 1})["data"]
    path.write_bytes(base64.b64decode(data))


def find_axe():
    for package in AXE_PACKAGES:
        spec = importlib.util.find_spec(package)
        for place in spec.submodule_search_locations if spec else []:
            for file in sorted(Path(place).rglob("axe.min.js")):
                return file
    return None


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("report", type=Path)
    options.add_argument("--screenshots", type=Path)
    options.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    options.add_argument("--axe", type=Path, default=find_axe())
    options = options.parse_args()
    if not options.chromium:
        print("no Chromium here: the report is not checked")
        return 77
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    browser = Browser(options.chromium)
    axe = options.axe.read_text() if options.axe else None
    found = list(findings(browser, options.report.resolve().as_uri(), axe, options.screenshots))
    charts = browser.evaluate("document.querySelectorAll('svg').length")
    browser.close()
    for finding in found:
        print(finding)
    print(f"{options.report.name}: {charts} charts, {'with' if axe else 'without'} axe-core, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

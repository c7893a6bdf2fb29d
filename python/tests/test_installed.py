"""What an installed wheel does: the demo, a comparison, errors, arrays. CALIBRANT names another program to try."""

import contextlib
import copy
import io
import json
import pickle
import subprocess
import tempfile
import unittest
from pathlib import Path

import calibrant
from calibrant import arguments, program

try:
    import numpy
except ImportError:
    numpy = None
try:
    import pandas
except ImportError:
    pandas = None


def repeating(command):
    """The options of a command that may be given several times, and the flags with a --no- form, as its help says."""
    text = subprocess.run([program.path(), command, "--experimental-dump-help"], capture_output=True, text=True).stdout
    options = [argument for argument in json.loads(text)["command"]["arguments"] if argument["kind"] != "positional"]
    names = {"_".join(option["preferredName"]["name"].split("-")): option for option in options}
    return {name for name, option in names.items() if option["isRepeating"]}


class DemoTests(unittest.TestCase):
    """One demo serves all: its images are what the others measure."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.root = Path(cls.folder.name) / "demo"
        cls.demo = calibrant.demo(output=cls.root, quiet=True)
        cls.model = next(cls.root.glob("*.onnx"))
        cls.recipe = cls.options(cls.root / "report/report.json")

    @staticmethod
    def options(report):
        command = json.loads(report.read_text())["command"]
        given = dict(zip(command, command[1:]))
        recipe = ("preset", "resize", "crop", "mean", "std")
        return {name: given[f"--{name}"] for name in recipe if f"--{name}" in given}

    @property
    def images(self):
        return self.root / "test"

    def test_the_demo_says_what_its_report_does(self):
        report = json.loads((self.root / "report/report.json").read_text())
        self.assertEqual(self.demo.to_dict()["arms"], report["arms"])
        self.assertEqual(self.demo.arms[0].kind, "original")

    def test_evaluate(self):
        result = calibrant.evaluate(self.model, images=self.images, limit=200, quiet=True, **self.recipe)
        self.assertEqual(result.count, 200)
        self.assertGreater(result.top1, 0.8)
        self.assertEqual(result.exit_code, 0)
        self.assertEqual(len(result.perClass), 10)

    def test_a_verdict_is_a_result(self):
        result = calibrant.compare(
            self.model, images=self.images, calibration=self.root / "calibration", schemes=["w8a8"], methods=["minmax"],
            max_drop=0, limit=50, quiet=True, **self.recipe)
        self.assertIn(result.verdict, ("fail", "inconclusive"))
        self.assertEqual(result.exit_code, {"fail": 1, "inconclusive": 2}[result.verdict])

    def test_progress_passes_through(self):
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            calibrant.evaluate(self.model, images=self.images, limit=100, **self.recipe)
        self.assertTrue(said.getvalue())

    def test_results_are_copied_and_pickled(self):
        result = calibrant.info(self.model)
        self.assertEqual(copy.deepcopy(result), result)
        self.assertEqual(pickle.loads(pickle.dumps(result)), result)
        with self.assertRaises(AttributeError):
            result.no_such_key

    def test_errors_have_code_and_message(self):
        with contextlib.redirect_stderr(io.StringIO()):
            with self.assertRaises(calibrant.CalibrantError) as missing:
                calibrant.info("missing.onnx")
            with self.assertRaises(calibrant.CalibrantError) as unknown:
                calibrant.info(self.model, no_such_option=1)
        self.assertEqual(missing.exception.exit_code, 66)
        self.assertIn("missing.onnx", missing.exception.message)
        self.assertEqual(unknown.exception.exit_code, 64)
        self.assertIn("no-such-option", unknown.exception.message)
        self.assertEqual(pickle.loads(pickle.dumps(missing.exception)).exit_code, 66)

    @unittest.skipIf(numpy is None, "NumPy is not installed")
    def test_arrays_calibrate_and_run(self):
        shape = tuple(side or 1 for side in calibrant.info(self.model).inputs[0].shape)
        shape = tuple(side if isinstance(side, int) and side > 0 else 1 for side in shape)
        batches = [numpy.random.default_rng(seed).normal(size=(8, *shape[1:])).astype("float32") for seed in range(2)]
        file = self.root / "from-arrays.onnx"
        with contextlib.redirect_stderr(io.StringIO()):
            calibrant.calibrate(self.model, data=batches, o=file, method="minmax", quiet=True)
        name = calibrant.info(self.model).inputs[0].name
        before = calibrant.run(self.model, {name: batches[0][:1]}, quiet=True)
        after = calibrant.run(file, {name: batches[0][:1]}, quiet=True)
        self.assertEqual({key: value.shape for key, value in before.items()}, {key: value.shape for key, value in after.items()})

    @unittest.skipIf(pandas is None, "pandas is not installed")
    def test_frames(self):
        self.assertEqual(list(self.demo.frame().name), [arm.name for arm in self.demo.arms])
        self.assertEqual(len(calibrant.info(self.model).frame("inputs")), 1)


class OptionTests(unittest.TestCase):
    def test_lists_are_repeated_where_the_program_repeats(self):
        commands = ("run", "evaluate", "quantize", "calibrate", "compare", "inspect", "validate", "doctor", "bench")
        self.assertEqual(set.union(*map(repeating, commands)), set(arguments.REPEATED))

    def test_the_version_is_the_packages(self):
        from importlib.metadata import PackageNotFoundError, version
        try:
            self.assertEqual(calibrant.version(), version("calibrant"))
        except PackageNotFoundError:
            self.skipTest("the package is not installed")


if __name__ == "__main__":
    unittest.main()

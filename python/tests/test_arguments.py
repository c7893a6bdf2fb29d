"""How keyword arguments become a command line."""

import os
import tempfile
import unittest
from pathlib import Path

from calibrant.arguments import arguments


class ArgumentsTests(unittest.TestCase):
    def words(self, **options):
        with tempfile.TemporaryDirectory() as folder:
            return arguments(options, Path(folder))

    def test_underscores_become_dashes(self):
        self.assertEqual(self.words(max_drop=1.5, jobs=2), ["--max-drop=1.5", "--jobs=2"])

    def test_true_sets_a_flag_and_false_and_none_leave_an_option_out(self):
        self.assertEqual(self.words(symmetric=True, quiet=False, labels=None), ["--symmetric"])

    def test_a_flag_with_two_sides_can_be_switched_off(self):
        self.assertEqual(self.words(equalize=False), ["--no-equalize"])

    def test_lists_are_joined(self):
        self.assertEqual(self.words(schemes=["w8", "w8a8"], mean=(0.5, 0.5, 0.5)), ["--schemes=w8,w8a8", "--mean=0.5,0.5,0.5"])

    def test_or_repeated_where_the_option_is(self):
        self.assertEqual(self.words(exclude=["conv1", "-fc"]), ["--exclude=conv1", "--exclude=-fc"])

    def test_mappings_are_pairs(self):
        self.assertEqual(self.words(layer_bits={"conv1": 8}), ["--layer-bits=conv1=8"])

    def test_single_letters_and_paths(self):
        self.assertEqual(self.words(o=Path("report")), ["-o", "report"])


try:
    import numpy
except ImportError:
    numpy = None


@unittest.skipIf(numpy is None, "NumPy is not installed")
class ArraysTests(unittest.TestCase):
    def saved(self, value):
        with tempfile.TemporaryDirectory() as folder:
            (word,) = arguments({"data": value}, Path(folder))
            return numpy.load(word.removeprefix("--data="))

    def test_an_array_becomes_a_file(self):
        samples = numpy.arange(24, dtype=numpy.float32).reshape(2, 3, 2, 2)
        numpy.testing.assert_array_equal(self.saved(samples), samples)

    def test_batches_are_joined(self):
        batches = [numpy.zeros((2, 3, 4, 4), numpy.float32), numpy.ones((1, 3, 4, 4), numpy.float32)]
        self.assertEqual(self.saved(batches).shape, (3, 3, 4, 4))
        self.assertEqual(self.saved(batches)[2].min(), 1)

    def test_inputs_have_a_file_each(self):
        with tempfile.TemporaryDirectory() as folder:
            words = arguments({"input": {"a": numpy.zeros(1), "b": numpy.ones(1)}}, Path(folder))
            self.assertEqual(len({os.path.basename(word) for word in words}), 2)
            self.assertTrue(words[1].startswith("--input=b="))


if __name__ == "__main__":
    unittest.main()

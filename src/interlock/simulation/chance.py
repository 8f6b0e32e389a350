"""Chance: whole random numbers from a seed, the same on every machine, interpreted or compiled.

The generator is splitmix64 (Steele, Lea, Flood 2014): one addition and two multiplications, every
seed is good. Each 64-bit output is handed out as two 32-bit words, so that what follows stays
within machine-word integers. `random` is not used: its floats round, and its methods have changed
between Python versions.
"""

from typing import Final, final

_MASK: Final = 0xFFFF_FFFF_FFFF_FFFF
_WORD: Final = 1 << 32
_PPM: Final = 1_000_000

NORMAL_ONE: Final = 1024
"""One standard deviation of `normal`."""

# 1024 * -log2(v) in the middle of the 64 equal parts of [1/2, 1). With the number of leading zeros
# of a word as the whole part this is an exponential variable: a word's leading zeros and its next
# bits are independent.
_LOG2: Final = (
    1013, 990, 967, 945, 924, 902, 881, 860, 840, 820, 800, 780, 760, 741, 722, 704,
    685, 667, 649, 631, 613, 596, 579, 562, 545, 529, 512, 496, 480, 464, 448, 433,
    417, 402, 387, 372, 357, 343, 328, 314, 300, 286, 272, 258, 244, 231, 217, 204,
    191, 178, 165, 152, 139, 126, 114, 102, 89, 77, 65, 53, 41, 29, 17, 6,
)  # fmt: skip


@final
class Chance:
    """A stream of chance. Equal seeds give equal streams."""

    def __init__(self, seed: int) -> None:
        self.state: int = seed & _MASK
        self.spare: int = -1

    def word(self) -> int:
        """This is the next 32 random bits. About 0.2 us compiled."""
        if self.spare >= 0:
            spare = self.spare
            self.spare = -1
            return spare
        self.state = (self.state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self.state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        mixed = mixed ^ (mixed >> 31)
        self.spare = mixed & 0xFFFF_FFFF
        return mixed >> 32

    def below(self, bound: int) -> int:
        """This is a whole number from 0 to `bound` - 1, each as likely as the other to within bound
        / 2**32.
        """
        assert 0 < bound <= _WORD, f"bound was {bound}, must be 1..{_WORD}"
        return (self.word() * bound) >> 32

    def between(self, low: int, high: int) -> int:
        """This is a whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def happens(self, ppm: int) -> bool:
        """This is true `ppm` times in a million."""
        return self.below(_PPM) < ppm

    def normal(self) -> int:
        """This is nearly normal with mean 0 and standard deviation `NORMAL_ONE`: eight 16-bit words
        summed.

        It never leaves 4.9 standard deviations; fat tails come from a changing variance.
        """
        total = 0
        for _ in range(4):
            word = self.word()
            total += (word >> 16) + (word & 0xFFFF)
        # The sum has mean 8 * 65535 / 2 and standard deviation 65536 * sqrt(8 / 12) = 53,510.
        return ((total - 262_140) * NORMAL_ONE + 26_755) // 53_510

    def waiting(self, mean: int) -> int:
        """This is an exponential waiting time of that mean, in the mean's unit, at least 1."""
        word = self.word()
        zeros = 32 - word.bit_length()
        log2 = zeros << 10
        if word > 0:
            log2 += _LOG2[((word << zeros) >> 25) & 63]
        # log2 counts 1/1024 of a bit; a mean is ln 2 = 0.693147 of what one bit is worth.
        scaled = mean * log2 * 693_147 // 1_024_000_000
        return scaled if scaled > 0 else 1

    def geometric(self, mean: int) -> int:
        """This counts failures before a success: 0, 1, 2, ... with that mean (`mean` 0 gives 0)."""
        if mean <= 0:
            return 0
        # The whole part of an exponential variable is geometric; this scale gives it the wanted
        # mean closely.
        return (self.waiting(mean * 1024 + 512) - 1) // 1024

"""Prints what the rules make of the labelled sets, and with -v every item they get wrong."""

from __future__ import annotations

import sys

from . import sets


def main() -> None:
    print(f"{'set':24}{'variant':16}{'precision':>10}{'recall':>8}{'F1':>7}  false alarms  misses")
    rows = [(story, story, variant, sets.items(story)) for story in sets.FILES for variant in sets.VARIANTS]
    if sets.CORPUS.exists():
        rows += [("openai-nato", "../shared/corpus", variant, sets.corpus()) for variant in sets.VARIANTS]
    for story, name, variant, items in rows:
        found = sets.measure(story, variant, items)
        print(
            f"{name:24}{variant:16}{found.precision:10.3f}{found.recall:8.3f}{found.f1:7.3f}"
            f"  {found.false_alarms:12}  {found.misses:6}"
        )
    if "-v" in sys.argv[1:]:
        for story in sets.FILES:
            for item in sets.items(story):
                receipt = sets.judged(story, item)
                if receipt.holds != item.relevant:
                    kind = "missed" if item.relevant else "false alarm"
                    print(f"{kind:12} {item.id} {item.lang} {receipt.score:.2f} {item.title}\n{'':13}{receipt.why}")


if __name__ == "__main__":
    main()

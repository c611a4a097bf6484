"""Pictures of figures: reliability, coverage against risk, confusions. Drawn without a display."""

from collections.abc import Callable
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from training.measures import Figures

BLUE = "#2b6cb0"
GREY = "#a0aec0"
MOST_CONFUSIONS = 12


def draw(figures: Figures, folder: Path) -> list[Path]:
    """Write the plots for which there are figures; their paths."""
    plots: dict[str, tuple[str, Callable[[Axes, Figures], None]]] = {
        "reliability": ("topic.reliability", _reliability),
        "coverage-risk": ("topic.risk_curve", _coverage_risk),
        "confusions": ("topic.confusions", _confusions),
    }
    return [_save(folder / f"{name}.png", paint, figures) for name, (needed, paint) in plots.items() if figures.get(needed)]


def _save(path: Path, paint: Callable[[Axes, Figures], None], figures: Figures) -> Path:
    picture = Figure(figsize=(6.4, 4.4), dpi=110, layout="constrained")
    FigureCanvasAgg(picture)
    axes = picture.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    paint(axes, figures)
    picture.savefig(path)
    return path


def _reliability(axes: Axes, figures: Figures) -> None:
    bins = figures["topic.reliability"]
    confidence = [row["confidence"] for row in bins]
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="as honest as can be")
    axes.plot(confidence, [row["accuracy"] for row in bins], color=BLUE, zorder=2)
    axes.scatter(confidence, [row["accuracy"] for row in bins], s=[20 + 400 * row["share"] for row in bins], color=BLUE, zorder=3)
    axes.set(xlabel="predicted probability of the topic (area: share of mail)", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1.02))
    axes.set_title(f"Reliability, expected calibration error {figures['topic.ece']:.3f}")
    axes.legend(frameon=False, loc="upper left")


def _coverage_risk(axes: Axes, figures: Figures) -> None:
    curve = figures["topic.risk_curve"]
    axes.plot([100 * point["coverage"] for point in curve], [100 * point["risk"] for point in curve], color=BLUE)
    for risk in (1, 2, 5):
        coverage = 100 * figures[f"topic.coverage_at_{risk}"]
        axes.plot(
            [0, coverage, coverage], [risk, risk, 0], color=GREY, linewidth=0.8, linestyle="--", label=f"{risk} %: {coverage:.0f} % of mail"
        )
    axes.set(xlabel="share of mail, the most confident first (%)", ylabel="wrong topics among it (%)", xlim=(0, 100), ylim=(0, None))
    axes.set_title("Coverage against risk")
    axes.legend(facecolor="white", framealpha=1, edgecolor="none", loc="upper left", title="at most wrong")


def _confusions(axes: Axes, figures: Figures) -> None:
    pairs = figures["topic.confusions"][:MOST_CONFUSIONS][::-1]
    names = [f"{row['true']} → {row['predicted']}" for row in pairs]
    axes.barh(range(len(pairs)), [row["count"] for row in pairs], color=BLUE)
    axes.set_yticks(range(len(pairs)), names, fontsize=8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(xlabel="mails", title="Most frequent confusions (true → predicted)")

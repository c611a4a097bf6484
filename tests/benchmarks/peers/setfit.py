"""SetFit: MiniLM fine-tuned on pairs of ten texts a label, with its logistic regression on top."""

import importlib
import tempfile

from tests.benchmarks.encoders import minilm_folder, one_torch_thread
from tests.benchmarks.measure import Task, few_of_each

SHOTS = 10
# Its usual 20 pairs a text would be 1,900 steps: half an hour on one thread. So its accuracy here is not its best.
STEPS = 100
SEED = 0


def main() -> None:
    """Learn from ten texts a label and report."""
    task = Task.from_command_line()
    one_torch_thread()
    library = importlib.import_module("setfit")
    datasets = importlib.import_module("datasets")
    few = few_of_each(task.train, SHOTS)
    rows = datasets.Dataset.from_dict({"text": [row.text for row in few], "label": [row.label for row in few]})
    model = library.SetFitModel.from_pretrained(minilm_folder(), labels=sorted({row.label for row in few}), device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        arguments = library.TrainingArguments(
            output_dir=folder, batch_size=16, max_steps=STEPS, num_epochs=1, seed=SEED, report_to="none", show_progress_bar=False
        )
        library.Trainer(model=model, args=arguments, train_dataset=rows).train()
    task.report(
        ["setfit", "sentence-transformers", "torch"],
        {f"{SHOTS} a label, {STEPS} steps": lambda text: str(model.predict([text], show_progress_bar=False)[0])},
    )


if __name__ == "__main__":
    main()

"""TF-IDF of words and characters with a linear support vector machine: what most teams try first."""

import importlib

from tests.benchmarks.measure import Task


def main() -> None:
    """Learn and report."""
    task = Task.from_command_line()
    text = importlib.import_module("sklearn.feature_extraction.text")
    words = text.TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
    characters = text.TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(2, 5), min_df=3)
    pipeline = importlib.import_module("sklearn.pipeline")
    head = importlib.import_module("sklearn.svm").LinearSVC(C=1.0)
    model = pipeline.make_pipeline(pipeline.make_union(words, characters), head)
    model.fit(task.texts, task.labels)
    task.report(["scikit-learn"], {"": lambda text: str(model.predict([text])[0])})


if __name__ == "__main__":
    main()

"""Trains a classifier on the rows of LLMOPS_DATA: words and characters (TF-IDF), logistic regression.

It runs as a training of the kind "command": what it reads and writes is in docs/training.md.
"""
import json
import os
import pickle

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss
from sklearn.pipeline import make_union

EPOCHS = int(json.loads(os.environ.get("LLMOPS_HYPERPARAMETERS", "{}")).get("epochs", 20))

questions, answers = [], []
with open(os.environ["LLMOPS_DATA"], encoding="utf-8") as lines:
    for line in lines:
        if line.strip():
            messages = json.loads(line)["messages"]
            questions.append(messages[-2]["content"])
            answers.append(messages[-1]["content"])
labels = sorted(set(answers))
print(f"{len(questions)} rows, {len(labels)} labels", flush=True)

features = make_union(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True))
rows = features.fit_transform(questions)
model = SGDClassifier(loss="log_loss", alpha=1e-4, random_state=int(os.environ.get("LLMOPS_SEED", "0")))
with open(os.environ["LLMOPS_METRICS"], "a", encoding="utf-8") as metrics:
    for epoch in range(1, EPOCHS + 1):
        model.partial_fit(rows, answers, classes=labels)
        loss = log_loss(answers, model.predict_proba(rows), labels=labels)
        metrics.write(json.dumps({"metrics": {"train_loss": loss}, "step": epoch}) + "\n")
        metrics.flush()

name = os.environ["LLMOPS_MODEL"]
os.makedirs("models", exist_ok=True)
with open(os.path.join("models", f"{name}.pkl"), "wb") as file:
    pickle.dump((features, model), file)
with open(os.environ["LLMOPS_RESULT"], "w", encoding="utf-8") as file:
    json.dump({"model": name}, file)

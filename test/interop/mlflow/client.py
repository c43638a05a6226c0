# A script as people write them for MLflow's server; prints what its client then reads back.
import json
import pathlib

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

mlflow.set_experiment("study")
client = MlflowClient()
with mlflow.start_run(run_name="tuning") as run:
    mlflow.log_params({"lr": 0.1, "model": "x"})
    for step in range(3):
        mlflow.log_metric("loss", 1 / 2**step, step=step)
    mlflow.log_metrics({"steady": 1.0, "odd": float("nan")})
    mlflow.set_tag("note", "first")
    pathlib.Path("w.bin").write_bytes(bytes(range(256)))
    mlflow.log_artifact("w.bin")
    mlflow.log_text("text of a", "notes/a.txt")
    try:
        mlflow.log_param("lr", 0.2)
        changed = None
    except MlflowException as error:
        changed = error.error_code
    with mlflow.start_run(run_name="child", nested=True) as child:
        mlflow.log_metric("loss", 9)
    client.set_terminated(child.info.run_id, "FAILED")

key = run.info.run_id
study = [run.info.experiment_id]
seen = client.get_run(key)


def names(filter="", order=()):
    return [found.info.run_name for found in client.search_runs(study, filter, order_by=list(order))]


def artifacts(path=None):
    return [name for file in client.list_artifacts(key, path) for name in [file.path, *(artifacts(file.path) if file.is_dir else [])]]


result = {
    "status": seen.info.status,
    "metrics": {name: value if value == value else "nan" for name, value in seen.data.metrics.items()},
    "history": [[point.step, point.value] for point in client.get_metric_history(key, "loss")],
    "params": seen.data.params,
    "tag": seen.data.tags["note"],
    "artifacts": artifacts(),
    "artifact": pathlib.Path(client.download_artifacts(key, "notes/a.txt", ".")).read_text(),
    "found": names(order=["metrics.loss DESC"]),
    "best": names("metrics.loss < 1 and params.model = 'x' and tags.note = 'first'"),
    "changed": changed,
    "parent": client.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == key,
    "failed": client.get_run(child.info.run_id).info.status,
}
client.delete_run(child.info.run_id)
result["deleted"] = names()
client.restore_run(child.info.run_id)
result["restored"] = len(names())
try:
    client.get_run("0" * 32)
except MlflowException as error:
    result["missing"] = error.error_code
print(json.dumps(result))

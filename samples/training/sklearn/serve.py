"""Serves the models of the folder "models" as an OpenAI-compatible endpoint on this machine: serve.py PORT."""
import json
import os
import pickle
import re
import sys
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@lru_cache(maxsize=16)
def load(name):
    # A name is asked for by whoever can reach the port: it is no path.
    if not re.fullmatch(r"[\w.-]+", name):
        raise FileNotFoundError(name)
    with open(os.path.join("models", f"{name}.pkl"), "rb") as file:
        return pickle.load(file)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        try:
            features, model = load(request["model"])
        except FileNotFoundError:
            return self.answer(404, {"error": {"message": f"There is no model {request['model']}."}})
        question = next(message["content"] for message in reversed(request["messages"]) if message["role"] == "user")
        label = str(model.predict(features.transform([question]))[0])
        self.answer(200, {"object": "chat.completion", "model": request["model"], "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": label}}]})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
server.serve_forever()

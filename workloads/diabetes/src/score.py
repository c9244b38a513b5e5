"""Answers a request `{"data": [[age, sex, bmi, bp, s1, …, s6], …]}` with a list of numbers, one a row."""

import json
import logging

import regressor

model = None


def init():
    global model
    model = regressor.load()


def run(raw_data):
    rows = json.loads(raw_data)["data"]
    predictions = model.predict(regressor.frame(rows)).tolist()
    logging.info("scored %d rows", len(rows))
    return predictions

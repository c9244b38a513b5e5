"""Counts rows as Spark does."""

import argparse

from pyspark.sql import SparkSession

parser = argparse.ArgumentParser()
parser.add_argument("--rows", required=True)
print(SparkSession.builder.getOrCreate().read.csv(parser.parse_args().rows, header=True).count())

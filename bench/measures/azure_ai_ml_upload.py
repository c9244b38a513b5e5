"""Seconds that azure-ai-ml takes to hash a folder and send it to a container: `URL CA KEY CONTAINER FOLDER`."""

import os
import sys
import time

os.environ["AZURE_AI_ML_TELEMETRY_OPT_OUT"] = "1"
url, ca, key, container, folder = sys.argv[1:]
os.environ["REQUESTS_CA_BUNDLE"] = ca

from azure.ai.ml._artifacts._blob_storage_helper import BlobStorageClient  # noqa: E402
from azure.ai.ml._utils._asset_utils import get_ignore_file, get_object_hash  # noqa: E402

client = BlobStorageClient(key, url, container)
began = time.perf_counter()
ignore = get_ignore_file(folder)
digest = get_object_hash(folder, ignore)
client.upload(folder, "bench", "1", ignore, asset_hash=digest, show_progress=False)
print(time.perf_counter() - began)

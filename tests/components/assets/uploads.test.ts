import { expect, test } from "@jest/globals";
import { Uploads } from "../../../components/assets/uploads.ts";
import { run } from "../../support/pulumi.ts";

test("one upload for each content; read by address, or through the datastore", async () => {
  const { of, outputs } = await run(
    () =>
      new Uploads("uploads", {
        blobEndpoint: "https://st.blob.core.windows.net/",
        container: "uploads",
        datastoreUri: "azureml://ds",
        contents: {
          "workloads/a/src": { source: "workloads/a/src", hash: "h1" },
          "workloads/a/model": { source: "workloads/a/model", hash: "h2" },
        },
      }).uploaded,
  );
  expect(
    of("azureml:index:Upload").map(({ name, inputs }) => [name, inputs["source"], inputs["hash"]]),
  ).toEqual([
    ["uploads-workloads/a/src", "workloads/a/src", "h1"],
    ["uploads-workloads/a/model", "workloads/a/model", "h2"],
  ]);
  expect(outputs).toEqual({
    "workloads/a/src": {
      url: "https://st.blob.core.windows.net/uploads/LocalUpload/h1/src",
      uri: "azureml://ds/paths/LocalUpload/h1/src",
    },
    "workloads/a/model": {
      url: "https://st.blob.core.windows.net/uploads/LocalUpload/h2/model",
      uri: "azureml://ds/paths/LocalUpload/h2/model",
    },
  });
});

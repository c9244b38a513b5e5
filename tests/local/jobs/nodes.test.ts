import { expect, test } from "@jest/globals";
import { createNodes } from "@azure-ml-as-code/local/jobs/nodes.ts";

const cluster = (nodes: number, maxNodes = 4) => ({ name: "c", nodes, maxNodes });
const never = new AbortController().signal;
const quiet = () => undefined;
/** Lets everything that is already decided come about. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("1,000 jobs on 4 nodes get them in order, none twice, and never more than there are", async () => {
  const nodes = createNodes(4);
  const order: number[] = [];
  let [busy, most] = [0, 0];
  await Promise.all(
    Array.from({ length: 1_000 }, async (_, job) => {
      const wanted = (job % 3) + 1;
      const free = await nodes.take(cluster(wanted), never, quiet);
      order.push(job);
      busy += wanted;
      most = Math.max(most, busy);
      await settle();
      busy -= wanted;
      free();
      free(); // giving back twice gives back once
    }),
  );
  expect(order).toEqual(Array.from({ length: 1_000 }, (_, job) => job));
  expect(most).toBe(4);
  expect(busy).toBe(0);
});

test("who wants many is not overtaken, and who leaves makes room for those behind", async () => {
  const nodes = createNodes(4);
  const got: string[] = [];
  const take = (name: string, wanted: number, signal = never) =>
    nodes
      .take(cluster(wanted), signal, () => got.push(`${name} waits`))
      .then(
        (free) => {
          got.push(name);
          return free;
        },
        () => {
          got.push(`${name} left`);
          return quiet;
        },
      );
  const first = await take("first", 3);
  const leaves = new AbortController();
  const many = take("many", 4, leaves.signal);
  const one = take("one", 1);
  await settle();
  expect(got).toEqual(["first", "many waits", "one waits"]);
  leaves.abort();
  (await many)();
  (await one)();
  expect(got.slice(3).sort()).toEqual(["many left", "one"]);
  first();
  await expect(nodes.take(cluster(1), AbortSignal.abort(), quiet)).rejects.toThrow();
});

test("a job that wants more than the machine lends gets all of it", async () => {
  const free = await createNodes(2).take(cluster(3), never, quiet);
  free();
});

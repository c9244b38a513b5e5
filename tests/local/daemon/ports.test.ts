import { describe, expect, test } from "@jest/globals";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { freePorts, DEFAULT_PORTS, takenPorts } from "../../../local/daemon/ports.ts";

describe("ports", () => {
  test("a taken port is named with the process that holds it", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const taken = await takenPorts({ ...(await freePorts()), studio: port });
      expect(taken).toHaveLength(1);
      expect(taken[0]).toMatchObject({ name: "studio", port });
      expect(taken[0]?.holder).toMatch(new RegExp(`^${process.pid} \\(.*node`));
    } finally {
      server.close();
    }
  });

  test("chosen ports are free and all different", async () => {
    const ports = await freePorts();
    expect(new Set(Object.values(ports)).size).toBe(Object.keys(DEFAULT_PORTS).length);
    expect(await takenPorts(ports)).toEqual([]);
  });
});

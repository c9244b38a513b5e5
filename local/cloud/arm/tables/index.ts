/** Every provider of this Azure. */
import type { ProviderTable } from "../table.ts";
import { monitorRoutes } from "../monitor/routes.ts";
import { authorization } from "./authorization.ts";
import { containerregistry } from "./containerregistry.ts";
import { insights } from "./insights.ts";
import { keyvault } from "./keyvault.ts";
import { managedidentity } from "./managedidentity.ts";
import { machinelearningservices } from "./ml/index.ts";
import { consumption, network } from "./network.ts";
import { operationalinsights } from "./operationalinsights.ts";
import { resources } from "./resources.ts";
import { storage } from "./storage.ts";

export const tables: readonly ProviderTable[] = [
  resources,
  storage,
  keyvault,
  containerregistry,
  operationalinsights,
  insights,
  managedidentity,
  authorization,
  network,
  consumption,
  machinelearningservices,
  { types: [], routes: monitorRoutes },
];

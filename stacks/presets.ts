/** What each kind of stage is unless its file says otherwise. */
import type { PresetName, Settings } from "./settings.ts";

/** A stage file adds the rest: region, names of compute clusters, people. */
export type Preset = Omit<Settings, "preset" | "location"> & Partial<Pick<Settings, "location">>;

const common = {
  stack: { part: "whole" },
  naming: { workload: "ml", stage: "stage" },
  tags: {},
  personas: {},
  workspace: {},
  clusters: {},
  datastores: {},
  endpoints: {},
  releases: {},
  workloads: { folder: "workloads" },
} satisfies Partial<Settings>;

/** Cheap, open where a person needs it, and gone without a trace. */
const open = {
  ...common,
  openings: ["publicNetworkAccess", "keyAuthentication"],
  isolation: "none",
  network: { kind: "none" },
  protect: false,
  purgeOnDestroy: true,
  storage: { redundancy: "Standard_LRS", softDeleteDays: 0, versioning: false },
  registry: { zoneRedundant: false },
  vault: { purgeProtection: false, softDeleteDays: 7 },
  monitoring: { retentionDays: 30, diagnostics: true, dashboard: false },
  locks: false,
} satisfies Partial<Settings>;

/**
 * Nothing open, nothing lost. `internet-outbound` because environments are built from public packages; a stage whose
 * images are built elsewhere tightens it to `approved-outbound`, from where there is no way back.
 */
const locked = {
  ...common,
  openings: [],
  isolation: "internet-outbound",
  network: { kind: "own", addressSpace: "10.20.0.0/24" },
  workspace: { provisionNetworkNow: true },
  protect: true,
  purgeOnDestroy: false,
  deployer: { principalType: "ServicePrincipal" },
  storage: { redundancy: "Standard_ZRS", softDeleteDays: 14, versioning: true },
  registry: { zoneRedundant: true },
  vault: { purgeProtection: true, softDeleteDays: 90 },
  monitoring: { retentionDays: 90, diagnostics: true, dashboard: true },
  locks: false,
  endpoints: { authMode: "aad_token" },
} satisfies Partial<Settings>;

export const presets: Readonly<Record<PresetName, Preset>> = {
  local: {
    ...open,
    // Nobody reads them on this machine.
    monitoring: { ...open.monitoring, diagnostics: false },
    location: "westeurope",
    deployer: { principalType: "ServicePrincipal" },
    personas: {
      dataScientists: "create",
      mlEngineers: "create",
      computeOperators: "create",
      readers: "create",
    },
  },
  dev: { ...open, deployer: { principalType: "User" } },
  staging: locked,
  prod: { ...locked, monitoring: { ...locked.monitoring, retentionDays: 365 }, locks: true },
};

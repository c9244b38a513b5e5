/** The longer messages of the provider protocol, built from plain values and read back into them. */
import type * as Pb from "@pulumi/pulumi/proto/provider_pb.js";
import { fromStruct, providerPb, toStruct } from "./grpc.ts";
import type { CheckFailure, CheckRequest, CheckResult, DiffKind, DiffResult } from "./provider.ts";
import type { PropertyMap } from "./values.ts";

/** What names the provider resource in the calls about its configuration. */
export interface ProviderCall {
  readonly urn?: string;
  readonly name?: string;
  readonly type?: string;
}

export interface ProviderConfigure extends ProviderCall {
  readonly id?: string;
  readonly args: PropertyMap;
}

export interface ProviderDiff extends ProviderCall {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
  readonly ignoreChanges?: readonly string[];
}

export interface DiffAnswer extends DiffResult {
  /** The provider did not say whether there are changes (`DIFF_UNKNOWN`); `changes` is then false. */
  readonly undecided?: boolean;
}

export const failuresOf = (failures: Pb.CheckFailure[]): CheckFailure[] =>
  failures.map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));

export const checkResult = (response: Pb.CheckResponse): CheckResult => ({
  inputs: fromStruct(response.getInputs()),
  failures: failuresOf(response.getFailuresList()),
});

const kinds = new Map(
  Object.entries(providerPb.PropertyDiff.Kind).map(([name, value]) => [value, name as DiffKind]),
);

function detailed(response: Pb.DiffResponse): NonNullable<DiffResult["detailedDiff"]> {
  const byPath: Record<string, { kind: DiffKind; inputDiff: boolean }> = {};
  response.getDetaileddiffMap().forEach((diff, path) => {
    byPath[path] = { kind: kinds.get(diff.getKind()) ?? "UPDATE", inputDiff: diff.getInputdiff() };
  });
  return byPath;
}

export function diffAnswer(response: Pb.DiffResponse): DiffAnswer {
  const { DIFF_SOME, DIFF_UNKNOWN } = providerPb.DiffResponse.DiffChanges;
  const diffs = response.getDiffsList();
  const replaces = response.getReplacesList();
  const unsaid = response.getChanges() === DIFF_UNKNOWN;
  const named = diffs.length > 0 || replaces.length > 0;
  return {
    changes: response.getChanges() === DIFF_SOME || (unsaid && named),
    ...(unsaid && !named && { undecided: true }),
    diffs,
    replaces,
    deleteBeforeReplace: response.getDeletebeforereplace(),
    ...(response.getHasdetaileddiff() && { detailedDiff: detailed(response) }),
  };
}

interface NamedMessage {
  setUrn(value: string): unknown;
  setName(value: string): unknown;
  setType(value: string): unknown;
}
export function name<Message extends NamedMessage>(message: Message, call: ProviderCall): Message {
  message.setUrn(call.urn ?? "");
  message.setName(call.name ?? "");
  message.setType(call.type ?? "");
  return message;
}

const { PROPOSE, ENFORCE, DISABLE } = providerPb.CheckRequest.AutonamingOptions.Mode;
const modes = [PROPOSE, ENFORCE, DISABLE];

export function checkRequest(
  call: ProviderCall & Partial<CheckRequest> & { news: PropertyMap },
): Pb.CheckRequest {
  const request = name(new providerPb.CheckRequest(), call);
  request.setOlds(toStruct(call.olds ?? {}));
  request.setNews(toStruct(call.news));
  if (call.randomSeed) request.setRandomseed(call.randomSeed);
  if (call.autonaming) {
    const options = new providerPb.CheckRequest.AutonamingOptions();
    options.setProposedName(call.autonaming.proposedName);
    options.setMode(modes[call.autonaming.mode] ?? PROPOSE);
    request.setAutonaming(options);
  }
  return request;
}

export function diffRequest(call: ProviderDiff): Pb.DiffRequest {
  const request = name(new providerPb.DiffRequest(), call);
  request.setId(call.id);
  request.setOldInputs(toStruct(call.oldInputs));
  request.setOlds(toStruct(call.olds));
  request.setNews(toStruct(call.news));
  request.setIgnorechangesList([...(call.ignoreChanges ?? [])]);
  return request;
}

export function configureRequest(call: ProviderConfigure): Pb.ConfigureRequest {
  const request = new providerPb.ConfigureRequest();
  if (call.urn) name(request, call);
  if (call.id !== undefined) request.setId(call.id);
  request.setArgs(toStruct(call.args));
  for (const [key, value] of Object.entries(call.args))
    request.getVariablesMap().set(key, typeof value === "string" ? value : JSON.stringify(value));
  request.setAcceptsecrets(true);
  request.setAcceptresources(true);
  request.setSendsOldInputs(true);
  request.setSendsOldInputsToDelete(true);
  return request;
}

/** As the engine introduces itself; the flags say what it does for a provider that asks. */
export function handshakeRequest(engineAddress: string): Pb.ProviderHandshakeRequest {
  const request = new providerPb.ProviderHandshakeRequest();
  request.setEngineAddress(engineAddress);
  request.setConfigureWithUrn(true);
  request.setSupportsRefreshBeforeUpdate(true);
  request.setInvokeWithPreview(true);
  return request;
}

/**
 * gRPC and the protocol's messages, from the copies that `@pulumi/pulumi` itself resolves.
 * Another copy of `google-protobuf` fails at run time with "Error serializing response".
 */
import { createRequire } from "node:module";
import type * as Grpc from "@grpc/grpc-js";
import type * as StructPb from "google-protobuf/google/protobuf/struct_pb.js";
import type * as EmptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import type * as AnyPb from "google-protobuf/google/protobuf/any_pb.js";
import type * as ProviderPb from "@pulumi/pulumi/proto/provider_pb.js";
import type * as PluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as StatusPb from "@pulumi/pulumi/proto/status_pb.js";
import type { PropertyMap } from "./values.ts";

const here = createRequire(import.meta.url);
/** `require` as seen from inside `@pulumi/pulumi/proto`. */
export const requireProto = createRequire(here.resolve("@pulumi/pulumi/proto/provider_pb.js"));

export const grpc = requireProto("@grpc/grpc-js") as typeof Grpc;
export const providerPb = requireProto("@pulumi/pulumi/proto/provider_pb.js") as typeof ProviderPb;
export const pluginPb = requireProto("@pulumi/pulumi/proto/plugin_pb.js") as typeof PluginPb;
export const statusPb = requireProto("@pulumi/pulumi/proto/status_pb.js") as typeof StatusPb;
export const { Struct } = requireProto("google-protobuf/google/protobuf/struct_pb.js") as typeof StructPb;
export const { Empty } = requireProto("google-protobuf/google/protobuf/empty_pb.js") as typeof EmptyPb;
export const { Any } = requireProto("google-protobuf/google/protobuf/any_pb.js") as typeof AnyPb;

/** No limit that a property map could reach (bytes), as the engine sets it. */
export const MAX_MESSAGE = 400 * 1024 * 1024;
export const channelOptions = {
  "grpc.max_receive_message_length": MAX_MESSAGE,
  "grpc.max_send_message_length": MAX_MESSAGE,
};

/** `undefined` (an absent Struct) becomes `{}`. */
export const fromStruct = (struct: StructPb.Struct | undefined): PropertyMap => struct?.toJavaScript() ?? {};

/** `undefined` entries are left out: a Struct cannot hold them. */
export const toStruct = (properties: PropertyMap): StructPb.Struct =>
  Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as Record<string, StructPb.JavaScriptValue>);

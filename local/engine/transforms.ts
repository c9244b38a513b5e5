/** Transforms: functions of the program that the engine calls back for each registration. */
import type * as Grpc from "@grpc/grpc-js";
import type * as CallbackPb from "@pulumi/pulumi/proto/callback_pb.js";
import { channelOptions, fromStruct, grpc, toStruct } from "@azure-ml-as-code/protocol/grpc.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { callbackPb, CallbacksService, monitorPb } from "./messages.ts";
import type { Options } from "./messages.ts";

/** What a transform is given, and may change. */
export interface Transformable {
  readonly inputs: PropertyMap;
  readonly options: Options;
}

export interface Transformed {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly parent: string;
}

export type Callback = CallbackPb.Callback;

export interface Transforms {
  run(callbacks: readonly Callback[], resource: Transformed, given: Transformable): Promise<Transformable>;
  close(): void;
}

export function transforms(): Transforms {
  const clients = new Map<string, Grpc.Client>();

  function invoke(callback: Callback, bytes: Uint8Array): Promise<Uint8Array> {
    const target = callback.getTarget();
    const client =
      clients.get(target) ?? new grpc.Client(target, grpc.credentials.createInsecure(), channelOptions);
    clients.set(target, client);
    const request = new callbackPb.CallbackInvokeRequest();
    request.setToken(callback.getToken());
    request.setRequest(bytes);
    const { path, requestSerialize, responseDeserialize } = CallbacksService.invoke;
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, response) => {
        if (error) reject(new Error(`a transform of the program failed: ${error.details || error.message}`));
        else resolve(response!.getResponse_asU8());
      });
    });
  }

  async function one(
    callback: Callback,
    resource: Transformed,
    given: Transformable,
  ): Promise<Transformable> {
    const request = new monitorPb.TransformRequest();
    request.setType(resource.type);
    request.setName(resource.name);
    request.setCustom(resource.custom);
    request.setParent(resource.parent);
    request.setProperties(toStruct(given.inputs));
    request.setOptions(given.options);
    const response = monitorPb.TransformResponse.deserializeBinary(
      await invoke(callback, request.serializeBinary()),
    );
    const properties = response.getProperties();
    return {
      inputs: properties ? fromStruct(properties) : given.inputs,
      options: response.getOptions() ?? given.options,
    };
  }

  return {
    async run(callbacks, resource, given) {
      let result = given;
      for (const callback of callbacks) result = await one(callback, resource, result);
      return result;
    },
    close() {
      for (const client of clients.values()) client.close();
    },
  };
}

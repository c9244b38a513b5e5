/** What a spec refers to, and the two kinds of spec that may stand in the place of a reference. Types only. */

export type AssetType = "model" | "environment" | "code" | "data" | "component";

/** What comes after an asset's name: a version, a label (`latest`), or nothing, when the service takes its default. */
interface VersionOrLabel {
  readonly version?: string;
  readonly label?: string;
}

/** `azureml:name:version`, `azureml:name@label`. */
interface AssetReference extends VersionOrLabel {
  readonly kind: "asset";
  readonly type: AssetType;
  readonly name: string;
}

/** An environment that Microsoft maintains: `azureml:AzureML-…`. Written and resolved as an asset of the workspace. */
interface CuratedReference extends VersionOrLabel {
  readonly kind: "curated";
  readonly type: "environment";
  readonly name: string;
}

/** `azureml://registries/REGISTRY/models/NAME/versions/VERSION` or `/labels/LABEL`. */
interface RegistryReference extends VersionOrLabel {
  readonly kind: "registry";
  readonly registry: string;
  readonly type: AssetType;
  readonly name: string;
}

/** A folder or file of code that becomes an anonymous code version; resolves to that version's id. */
export interface LocalCode {
  readonly kind: "local";
  readonly type: "code";
  /** Absolute. */
  readonly path: string;
}

/** A model written inside a deployment; resolves to the id of its version, an anonymous one unless `spec.name` is given. */
export interface LocalModel {
  readonly kind: "local";
  readonly type: "model";
  /** Absolute path of what is uploaded; absent when `spec.path` is remote. */
  readonly path?: string;
  readonly spec: ModelSpec;
}

/** An environment written inside a deployment; resolves to the id of its version, an anonymous one unless `spec.name` is given. */
export interface LocalEnvironment {
  readonly kind: "local";
  readonly type: "environment";
  /** Absolute path of the build context; absent for an image. */
  readonly path?: string;
  readonly spec: EnvironmentSpec;
}

/**
 * A component written inside a pipeline, or in another file; resolves to the id of an anonymous version.
 * `body` is that of the version, for whoever makes it.
 */
export interface LocalComponent {
  readonly kind: "local";
  readonly type: "component";
  /** Absolute path of its file. */
  readonly path?: string;
  readonly spec: { readonly name?: string; readonly version?: string; readonly body: Template };
}

/** Stands in a {@link Template} for an id, or for the region of the workspace. */
export interface Hole {
  readonly hole: Reference | "location";
}
/** What a body is, with holes where ids go. */
export type Template =
  | string
  | number
  | boolean
  | null
  | undefined
  | Hole
  | readonly Template[]
  | { readonly [key: string]: Template };

/** A file or folder beside the YAML that is uploaded; resolves to the URI of what was uploaded, not to an asset. */
export interface UploadReference {
  readonly kind: "upload";
  /** Absolute. */
  readonly path: string;
  /** The asset that the upload is for. */
  readonly type: AssetType;
  /** Name of the datastore to upload to; the workspace's default one unless given. */
  readonly datastore?: string;
}

export type Reference =
  | AssetReference
  | CuratedReference
  | RegistryReference
  | LocalCode
  | LocalModel
  | LocalEnvironment
  | LocalComponent
  | UploadReference
  /** A deployment of an online endpoint. */
  | { readonly kind: "deployment"; readonly endpoint: string; readonly name: string }
  /** A job of the workspace. */
  | { readonly kind: "job"; readonly name: string }
  /** What `of` resolves to, with `azureml:` before it: how components name code and environments. */
  | { readonly kind: "prefixed"; readonly of: Reference }
  | { readonly kind: "compute"; readonly name: string }
  /** A subnet by name, in a network of the workspace's resource group. */
  | { readonly kind: "subnet"; readonly network: string; readonly name: string }
  | { readonly kind: "datastore"; readonly name: string }
  /** A path on a datastore (`azureml://datastores/NAME/paths/PATH`): resolves to its long form. */
  | { readonly kind: "datastorePath"; readonly datastore: string; readonly path: string }
  /** Any other URI: passed on as it is. */
  | { readonly kind: "uri"; readonly uri: string }
  /** A full ARM id, without the `azureml:` before it. */
  | { readonly kind: "armId"; readonly id: string };

/**
 * Gives the id or URI of what a spec refers to. `Id` is `string` where a spec is rendered,
 * and `pulumi.Input<string>` in the program, where the thing may be made in the same `up`.
 */
export type ReferenceResolver<Id> = (reference: Reference) => Id;

export type Tags = Readonly<Record<string, string>>;

export interface Described {
  readonly description?: string;
  readonly tags: Tags;
}

interface RouteSpec {
  readonly path: string;
  readonly port: number;
}

export interface EnvironmentSpec extends Described {
  readonly name?: string;
  readonly version?: string;
  readonly image?: string;
  readonly build?: { readonly path: Reference; readonly dockerfile_path?: string };
  /** The conda file as YAML text, keys sorted, whether it was a file or written inline. */
  readonly conda_file?: string;
  readonly inference_config?: {
    readonly liveness_route: RouteSpec;
    readonly readiness_route: RouteSpec;
    readonly scoring_route: RouteSpec;
  };
  readonly os_type?: "linux" | "windows";
}

export interface ModelSpec extends Described {
  readonly name?: string;
  readonly version?: string;
  readonly type: "custom_model" | "mlflow_model" | "triton_model";
  readonly path: Reference;
  readonly stage?: string;
  readonly flavors?: Readonly<Record<string, Tags>>;
  /** Ids of what it may be deployed by; of a model in a registry. */
  readonly default_deployment_template?: string;
  readonly allowed_deployment_templates?: readonly string[];
  readonly properties: Tags;
}

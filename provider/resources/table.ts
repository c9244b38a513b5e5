/** Every resource type of the provider, by its token. */
import { batchDefaultDeployment } from "./batch-default-deployment.ts";
import { endpoint } from "./endpoint.ts";
import { endpointKeys } from "./endpoint-keys.ts";
import { endpointToken } from "./endpoint-token.ts";
import { endpointTraffic } from "./endpoint-traffic.ts";
import { job } from "./job.ts";
import { onlineDeployment } from "./online-deployment.ts";
import { quotaCheck } from "./quota-check.ts";
import type { Resource } from "./resource.ts";
import { roleReadiness } from "./role-readiness.ts";
import { scheduleSwitch } from "./schedule-switch.ts";
import { upload } from "./upload.ts";
import { workspaceGuard } from "./workspace-guard.ts";
import { workspacePurge } from "./workspace-purge.ts";

export const RESOURCES: Readonly<Record<string, Resource>> = {
  "azureml:index:Upload": upload,
  "azureml:index:OnlineEndpoint": endpoint("online"),
  "azureml:index:BatchEndpoint": endpoint("batch"),
  "azureml:index:OnlineDeployment": onlineDeployment,
  "azureml:index:EndpointKeys": endpointKeys,
  "azureml:index:EndpointToken": endpointToken,
  "azureml:index:EndpointTraffic": endpointTraffic,
  "azureml:index:BatchDefaultDeployment": batchDefaultDeployment,
  "azureml:index:Job": job,
  "azureml:index:QuotaCheck": quotaCheck,
  "azureml:index:RoleReadiness": roleReadiness,
  "azureml:index:ScheduleSwitch": scheduleSwitch,
  "azureml:index:WorkspaceGuard": workspaceGuard,
  "azureml:index:WorkspacePurge": workspacePurge,
};

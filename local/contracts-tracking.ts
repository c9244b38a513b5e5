/**
 * MLflow servers of workspaces, and who asks for them.
 *
 *   cloud/ (the door: sign-in, roles, artifacts, models)  --Tracking-->  tracking/ (MLflow's own server)
 */

/** A server on the loopback interface that answers who has its key. */
export interface TrackingServer {
  readonly port: number;
  /** Value of the header `x-tracking-key`. */
  readonly key: string;
}

export interface Tracking {
  /**
   * The workspace's server, started on demand; `fresh` is told to whoever's asking started it.
   * @param store names the workspace for good: its `workspaceId`
   * @throws ServingError where its environment can't be made or it doesn't start; who asks next tries again
   */
  server(store: string, fresh: (server: TrackingServer) => Promise<void>): Promise<TrackingServer>;
  /** The server if one runs; nothing is started. */
  running(store: string): TrackingServer | undefined;
  /** Ends the server of a workspace that is gone, and forgets its runs. */
  remove(store: string): Promise<void>;
}

// Connections that no proxy of the environment gets between.
//
// With NODE_USE_ENV_PROXY, node:http sends requests to the proxy that HTTP_PROXY or HTTPS_PROXY names, unless an agent is given that
// has an environment of its own. A proxy would see originals and the secret of the pixel service, and the address that is checked before a
// connection is made would be the proxy's.

import http from "node:http";
import https from "node:https";

/** For origins: each request has a connection of its own, and nothing is remembered of another. */
export const agents = {
  http: new http.Agent({ proxyEnv: {} }),
  https: new https.Agent({ proxyEnv: {}, maxCachedSessions: 0 }),
};

/** For the pixel service, which is asked for small things often. It closes what is idle for 75 s: no request meets that. */
export const lastingAgent = new http.Agent({ proxyEnv: {}, keepAlive: true, timeout: 30_000 });

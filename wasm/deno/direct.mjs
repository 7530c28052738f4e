// Connections that no proxy of the environment gets between.
//
// With NODE_USE_ENV_PROXY, node:http sends requests to the proxy that HTTP_PROXY or HTTPS_PROXY names, unless an agent is given that
// has an environment of its own. A proxy would see originals and the secret of the pixel service, and the address that is checked before a
// connection is made would be the proxy's.

import http from "node:http";
import https from "node:https";

/** Nothing is kept alive or remembered: each request has a connection of its own. */
export const agents = {
  http: new http.Agent({ proxyEnv: {} }),
  https: new https.Agent({ proxyEnv: {}, maxCachedSessions: 0 }),
};

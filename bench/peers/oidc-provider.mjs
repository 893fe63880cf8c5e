// npm oidc-provider as bench.issuer runs it: in-memory adapter, the same clients, flows and tokens as Ostiary.
// node oidc-provider.mjs PORT FORMAT SECRET    FORMAT: jwt (RFC 9068, ES256) or opaque (its default)

import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';

import Provider from 'oidc-provider';

const [port, format, secret] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const resource = 'https://api.example';
const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });

const client = {
  client_secret: secret,
  token_endpoint_auth_method: 'client_secret_basic',
  id_token_signed_response_alg: 'ES256',
};

const resourceIndicators = {
  enabled: format === 'jwt',
  defaultResource: () => resource,
  useGrantedResource: () => true,
  getResourceServerInfo: () => ({
    scope: 'orders.read',
    audience: resource,
    accessTokenTTL: 600,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  }),
};

const provider = new Provider(issuer, {
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
  clients: [
    { ...client, client_id: 'billing', grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
    {
      ...client,
      client_id: 'storefront',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['https://client.example/cb'],
      response_types: ['code'],
    },
  ],
  scopes: ['openid', 'orders.read'],
  cookies: { keys: [secret] },
  features: { clientCredentials: { enabled: true }, devInteractions: { enabled: true }, resourceIndicators },
  issueRefreshToken: () => true,
  rotateRefreshToken: true, // as OAuth 2.1 and Ostiary do
  ttl: {
    AccessToken: 600,
    ClientCredentials: 600,
    AuthorizationCode: 60,
    IdToken: 600,
    RefreshToken: 86400,
    Session: 86400,
    Grant: 86400,
    Interaction: 600,
  },
});

provider.listen(Number(port), '127.0.0.1');

// oauth4webapi and openid-client with a client certificate: the aliases of the metadata, bound tokens, the resource.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { done, facts, passed, secret } from './told.mjs'

const { origin, services, clients } = facts
const known = clients.warehouse
const agent = new Agent({ cert: readFileSync(known.certificate), key: readFileSync(known.certificate_key) })
const sales = new URL(`${services}/v1/reports/sales`)

// fetch, as both libraries take it, on connections that show the certificate.
function certified(url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent, method, headers: Object.fromEntries(new Headers(headers)) }, (answer) => {
      const parts = []
      answer.on('data', (part) => parts.push(part))
      answer.on('end', () => resolve(new Response(Buffer.concat(parts), { status: answer.statusCode, headers: answer.headers })))
    })
    asked.on('error', reject)
    asked.end(body === undefined || body === null ? undefined : String(body))
  })
}

const issuer = new URL(origin)
const options = { [oauth.customFetch]: certified }
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer))
assert.equal(as.tls_client_certificate_bound_access_tokens, true)
assert.equal(new URL(as.mtls_endpoint_aliases.token_endpoint).origin, services)

const client = { client_id: 'warehouse', use_mtls_endpoint_aliases: true }
const scope = new URLSearchParams({ scope: 'reports.read' })
const response = await oauth.clientCredentialsGrantRequest(as, client, oauth.TlsClientAuth(), scope, options)
const tokens = await oauth.processClientCredentialsResponse(as, client, response)
secret(tokens.access_token)
passed('oauth4webapi: client credentials by tls_client_auth at the alias')

assert.equal((await oauth.protectedResourceRequest(tokens.access_token, 'GET', sales, undefined, undefined, options)).status, 200)
passed('oauth4webapi: the resource on a connection with the certificate')

await assert.rejects(oauth.protectedResourceRequest(tokens.access_token, 'GET', new URL(`${origin}/v1/reports/sales`)))
passed('oauth4webapi: the same token at the door is refused')

const asked = await oauth.introspectionRequest(as, client, oauth.TlsClientAuth(), tokens.access_token, options)
const told = await oauth.processIntrospectionResponse(as, client, asked)
assert.match(told.cnf['x5t#S256'], /^[\w-]{43}$/)
passed('oauth4webapi: introspection tells the certificate')

const metadata = { use_mtls_endpoint_aliases: true }
const config = await openid.discovery(issuer, 'warehouse', metadata, openid.TlsClientAuth(), { [openid.customFetch]: certified })
const granted = await openid.clientCredentialsGrant(config, { scope: 'reports.read' })
secret(granted.access_token)
assert.equal((await openid.fetchProtectedResource(config, granted.access_token, sales, 'GET')).status, 200)
passed('openid-client: the same')

const bare = await openid.discovery(issuer, 'warehouse', metadata, openid.TlsClientAuth())
await assert.rejects(openid.clientCredentialsGrant(bare, { scope: 'reports.read' }))
passed('openid-client: without the certificate nothing')
done()

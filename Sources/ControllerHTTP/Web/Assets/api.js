// Requests to the controller. The token lives in this tab alone.

const key = "cms-token";
const limit = 10_000;

/** What the controller refused, in its own words. */
export class Refusal extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export const token = {
  get: () => sessionStorage.getItem(key) ?? "",
  set: (value) => (value ? sessionStorage.setItem(key, value) : sessionStorage.removeItem(key)),
};

/** The headers that say who asks. */
export const identity = (value = token.get()) => (value ? { Authorization: `Bearer ${value}` } : {});

async function request(method, path, { query = {}, as } = {}) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  let response;
  try {
    response = await fetch(url, {
      method,
      headers: { Accept: "application/json", ...identity(as) },
      cache: "no-store",
      signal: AbortSignal.timeout(limit),
    });
  } catch (error) {
    throw new Refusal(0, error.name === "TimeoutError" ? "no answer in 10 s" : "the controller cannot be reached");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new Refusal(response.status, problem.detail ?? `the controller answered ${response.status}`);
}

/** Reads JSON. */
export const get = async (path, query) => (await request("GET", path, { query })).json();

/** Steers; throws a `Refusal` with the reason. */
export const send = (method, path, query) => request(method, path, { query });

/** Whether the controller takes this token. */
export const tryToken = (value) => request("GET", "/v1/groups", { as: value });

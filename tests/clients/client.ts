// A partner's program in TypeScript: gives once under a key, twice; reads the contact; handles a refusal by its type.
import createClient from "openapi-fetch";
import type { paths as Crm } from "./crm.js";
import type { paths as Raise } from "./raise.js";

const [url, raiseToken, crmToken] = process.argv.slice(2);
const bearer = (token: string | undefined) => ({ Authorization: `Bearer ${token}` });
const raise = createClient<Raise>({ baseUrl: `${url}/raise`, headers: bearer(raiseToken) });
const crm = createClient<Crm>({ baseUrl: `${url}/crm`, headers: bearer(crmToken) });

async function give(amount: number, key: string) {
  return raise.POST("/api/Raise/give", {
    params: { header: { "Idempotency-Key": key } },
    body: { amount, paymentMethodId: "tok_visa", donor: { email: "ada@example.org", firstName: "Ada", lastName: "Example" } },
  });
}

async function contactOf(donorId: number): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const { data } = await raise.GET("/api/Sync/{entity}/{recordId}", {
      params: { path: { entity: "donor", recordId: donorId } },
    });
    if (data?.state === "synced" && data.crmKey !== null) return Number(data.crmKey);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the donor did not reach the CRM");
}

const first = await give(5, "once");
const again = await give(5, "once");
if (first.data === undefined || again.data === undefined) throw new Error("the gift was refused");
const contact = await crm.GET("/api/Contact/{contactId}", {
  params: { path: { contactId: await contactOf(first.data.donorId) } },
});
const refused = await give(-5, "never");
const told: Record<string, string[]> | undefined = refused.error?.errors;
console.log(
  JSON.stringify({
    same: first.data.id === again.data.id,
    replayed: again.response.headers.get("Idempotent-Replayed"),
    contact: contact.data?.name,
    code: refused.error?.code,
    fields: Object.keys(told ?? {}),
  }),
);

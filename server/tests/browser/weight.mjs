/** What a first visit costs: bytes over the wire, and how long until one can ask. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { visit } from "./stage.mjs";

const MOST_BYTES = 100 * 1024;

test("the first page comes in less than 100 KB, packed, and is not sent again", async () => {
  const { context, trouble, close } = await visit({ path: "/docs" });
  const page = await context.newPage();
  const wire = await context.newCDPSession(page);
  await wire.send("Network.enable");
  await wire.send("Network.clearBrowserCache");
  let [bytes, files, unpacked] = [0, 0, []];
  wire.on("Network.loadingFinished", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
    files++;
  });
  page.on("response", (response) => {
    const isOurs = new URL(response.url()).pathname.startsWith("/ui/");
    if (isOurs && response.headers()["content-encoding"] !== "gzip") unpacked.push(response.url());
  });
  const origin = new URL(context.pages()[0].url()).origin;
  await page.goto(`${origin}/`);
  await page.locator("#suggestions button").first().waitFor();
  assert.ok(files > 10, `${files} files`);
  assert.deepEqual(unpacked, []);
  assert.ok(bytes < MOST_BYTES, `${bytes} bytes in ${files} files`);
  console.log(`first visit: ${bytes} bytes in ${files} files`);

  const first = bytes;
  bytes = 0;
  await page.reload();
  await page.locator("#suggestions button").first().waitFor();
  assert.ok(bytes < first / 3, `${bytes} bytes once more, ${first} at first`);
  assert.deepEqual(trouble, []);
  await close();
});

/**
 * The page as a person meets it. One entry, so that the server and the browser start once: `node --test` gives every
 * file a process. Looks come before documents that nobody would want in a picture; outages come last.
 */

import "./asking.mjs";
import "./looks.mjs";
import "./docs.mjs";
import "./joining.mjs";
import "./secrecy.mjs";
import "./markup.mjs";
import "./outage.mjs";

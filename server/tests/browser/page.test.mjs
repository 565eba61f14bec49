/** The page as a person meets it. One entry, so that the server and the browser start once: `node --test` runs files apart. */

import "./asking.mjs";
import "./looks.mjs";
import "./secrecy.mjs";
import "./markup.mjs";
import "./outage.mjs";

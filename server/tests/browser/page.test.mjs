/**
 * The page as a person meets it. One entry, so that the server and the browser start once: `node --test` gives every
 * file a process. Looks come before documents that nobody would want in a picture; outages come last.
 */

import "./words.mjs";
import "./asking.mjs";
import "./journey.mjs";
import "./conversations.mjs";
import "./inbox.mjs";
import "./staying.mjs";
import "./library.mjs";
import "./sites.mjs";
import "./jobs.mjs";
import "./indexes.mjs";
import "./people.mjs";
import "./access.mjs";
import "./insight.mjs";
import "./settings.mjs";
import "./looks.mjs";
import "./desk-looks.mjs";
import "./weight.mjs";
import "./docs.mjs";
import "./joining.mjs";
import "./secrecy.mjs";
import "./markup.mjs";
import "./widget.mjs";
import "./streaming.mjs";
import "./outage.mjs";

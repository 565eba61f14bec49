-- What language models cost, by the day, so that a budget holds over restarts and over several servers. What a call may
-- cost at most is added before it is made, and set right when it has ended: a server that is killed leaves too much here,
-- never too little.

CREATE TABLE spending (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    day          BIGINT NOT NULL, -- days since 1970, in UTC
    payer        TEXT NOT NULL, -- everybody: all together; somebody NAME: as whoever asked is known here
    micros       BIGINT NOT NULL, -- millionths of the currency of the prices
    PRIMARY KEY (workspace_id, day, payer)
);

-- Words are looked for in the titles of all documents, without reading the texts beside them.
CREATE INDEX versions_by_title ON versions (id, title);

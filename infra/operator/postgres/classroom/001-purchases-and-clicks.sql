-- Tables of the database "classroom", for people who come with the course material.
CREATE TABLE purchases (
  id       integer PRIMARY KEY,
  username varchar(100),
  currency varchar(10),
  amount   integer
);

CREATE TABLE clicks (
  id        integer PRIMARY KEY,
  email     varchar(100),
  timestamp varchar(100),
  uri       varchar(512),
  number    integer
);

CREATE TABLE connect_purchases (LIKE purchases INCLUDING ALL);

CREATE TABLE connect_clicks (LIKE clicks INCLUDING ALL);

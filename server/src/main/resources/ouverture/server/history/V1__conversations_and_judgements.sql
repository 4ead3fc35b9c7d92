-- Times are milliseconds since 1970, lists and objects are JSON. An owner is the name of an API key, or empty.
create table conversation (
    owner text not null,
    id text not null,
    title text not null,
    changed integer not null,
    messages text not null,
    words text not null, -- what can be searched for, without case and accents
    primary key (owner, id)
) strict;

create index conversation_changed on conversation (owner, changed);

-- What a reader said of one answer, or of two answers to the same messages.
create table judgement (
    owner text not null,
    id text not null,
    conversation text not null,
    judged integer not null,
    messages text not null,
    comment text not null,
    primary key (owner, id),
    foreign key (owner, conversation) references conversation (owner, id) on delete cascade
) strict;

create index judgement_conversation on judgement (owner, conversation);

create table judged_answer (
    owner text not null,
    judgement text not null,
    place integer not null,
    good integer not null check (good in (0, 1)),
    message text not null,
    model text not null,
    adapters text not null,
    settings text not null,
    primary key (owner, judgement, place),
    foreign key (owner, judgement) references judgement (owner, id) on delete cascade
) strict;

-- Who works on a file of a delivery holds this lock for as long as he lives. A dead worker holds nothing, so that a row
-- which says `running` is believed only together with its lock.
CREATE OR REPLACE FUNCTION registry.delivery_lock(in_district text, in_delivery bigint, in_number int) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashtextextended(concat_ws(' ', 'registry.delivery', in_district, in_delivery, in_number), 0);

CREATE OR REPLACE FUNCTION registry.is_worked_on(in_district text, in_delivery bigint, in_number int) RETURNS boolean
LANGUAGE sql STABLE
RETURN (
  WITH k AS (SELECT registry.delivery_lock(in_district, in_delivery, in_number) AS key)
  SELECT EXISTS (
    SELECT FROM pg_locks l, k
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (l.classid::bigint << 32 | l.objid::bigint) = k.key));

-- What the worker tells of its work: any of status, verb, done, total, failure, look, report, change_set. Its right is the
-- lock it holds, not the rights of the person it works for, who may have lost them meanwhile. `began` is told once, with
-- `running`; whoever tells that time as his `run` is refused (CJ409) when this is not the run under way.
CREATE OR REPLACE FUNCTION registry.tell_delivery(in_district text, in_delivery bigint, in_number int, told jsonb)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
  UPDATE delivery_file f SET
    status = coalesce(told ->> 'status', f.status),
    verb = coalesce(told ->> 'verb', f.verb),
    done = coalesce((told ->> 'done')::bigint, f.done),
    total = CASE WHEN told ? 'total' THEN (told ->> 'total')::bigint ELSE f.total END,
    failure = CASE WHEN told ? 'failure' THEN nullif(told -> 'failure', 'null') ELSE f.failure END,
    look = coalesce(told -> 'look', f.look),
    report = coalesce(told -> 'report', f.report),
    change_set = coalesce((told ->> 'change_set')::bigint, f.change_set),
    started_at = coalesce((told ->> 'began')::timestamptz, f.started_at),
    ended_at = CASE WHEN told ->> 'status' IN ('done', 'failed', 'cancelled') THEN clock_timestamp()
                    WHEN told ->> 'status' = 'running' THEN NULL ELSE f.ended_at END
  WHERE f.district = in_district AND f.delivery = in_delivery AND f.number = in_number
    AND CASE WHEN told ? 'run' THEN f.status = 'running' AND f.started_at = (told ->> 'run')::timestamptz
             ELSE f.status IN ('queued', 'running') END;
  IF NOT FOUND AND told ? 'run' THEN
    RAISE EXCEPTION 'another run of delivery % file %', in_delivery, in_number USING ERRCODE = 'CJ409';
  END IF;
END $$;

-- What the worker must take care of when it starts and from time to time: work that nobody does.
CREATE OR REPLACE FUNCTION registry.unfinished_deliveries()
RETURNS TABLE (district text, delivery bigint, number int, status text, job bigint, worked_on boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp
BEGIN ATOMIC
  SELECT f.district, f.delivery, f.number, f.status, f.job, registry.is_worked_on(f.district, f.delivery, f.number)
  FROM registry.delivery_file f WHERE f.status IN ('queued', 'running');
END;

-- The step that waits for a worker, and in whose name it is to be done.
CREATE OR REPLACE FUNCTION registry.waiting_step(in_district text, in_delivery bigint, in_number int)
RETURNS TABLE (district text, delivery bigint, number int, name text, step text, person bigint, layer text, title text,
               orders jsonb, change_set bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = registry, pg_temp
BEGIN ATOMIC
  SELECT f.district, f.delivery, f.number, f.name, f.step, f.asked_by, d.layer, d.title, f.orders, f.change_set
  FROM registry.delivery_file f JOIN registry.delivery d ON d.district = f.district AND d.id = f.delivery
  WHERE f.district = in_district AND f.delivery = in_delivery AND f.number = in_number AND f.status = 'queued';
END;

-- A job for what waits without one.
CREATE OR REPLACE FUNCTION registry.queue_delivery(in_district text, in_delivery bigint, in_number int, in_job bigint)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = registry, pg_temp
BEGIN ATOMIC
  UPDATE registry.delivery_file f SET job = in_job
  WHERE f.district = in_district AND f.delivery = in_delivery AND f.number = in_number;
END;
